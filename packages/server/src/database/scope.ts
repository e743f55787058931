import type { DocumentObject } from '@cloudstead/protocol'

/** Which documents an operation may touch: all, those whose `_openid` is one of these ids, or those that a rule allows. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'own'; readonly ids: readonly string[] }
  | {
      readonly kind: 'rule'
      readonly allows: (document: DocumentObject) => boolean
      /** Whether asking about many documents may take long. */
      readonly costly: boolean
    }

/** Whether a document lies in a scope. */
export function inScope(scope: Scope, document: DocumentObject): boolean {
  switch (scope.kind) {
    case 'all':
      return true
    case 'own':
      return typeof document._openid === 'string' && scope.ids.includes(document._openid)
    case 'rule':
      return scope.allows(document)
  }
}
