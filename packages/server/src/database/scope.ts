import type { DocumentObject } from '@cloudstead/protocol'

/** The documents that an operation may touch: all, those whose `_openid` is one of `ids`, or those that a rule allows. */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'own'; readonly ids: readonly string[] }
  | {
      readonly kind: 'rule'
      readonly allows: (document: DocumentObject) => boolean
      /** The cost of `allows` on one document, for a RequestBudget. */
      readonly cost: number
    }

/** Whether a document is in a scope. */
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
