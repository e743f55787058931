import type { RuleAuth } from '../caller/rule-auth.ts'
import { EvaluationError, type Value } from '../language/values.ts'
import { text } from '../text.ts'

export type DatabaseOperation = 'read' | 'create' | 'update' | 'delete'

export const DATABASE_OPERATIONS: readonly DatabaseOperation[] = Object.freeze(['read', 'create', 'update', 'delete'])

/** A document, or what a request brings: plain objects, arrays, texts, numbers, booleans, null and dates. */
export type DocumentData = Readonly<Record<string, unknown>>

/** What a decision about one document is made from. Built by the server, never from request data as such. */
export interface DatabaseRuleContext {
  readonly auth: RuleAuth | null
  /** The stored document; for `create` the one that would be stored, `_openid` included. Absent when there is none. */
  readonly doc?: DocumentData
  /** `request.data`, from `createdData`, `updatedData` or `replacedData`; absent for `read` and `delete`. */
  readonly data?: DocumentData
  /** Milliseconds since 1970. */
  readonly now: number
  /** What `get( )` reads; without it there are no other documents. */
  readonly documents?: Documents
}

/** Documents that rules look up with `get( )`. */
export interface Documents {
  /** null when there is none. @throws EvaluationError when it has not been read, or too many were asked for */
  get(collection: string, id: string | number): DocumentData | null
}

/** A document that `get( )` names. */
export interface DocumentKey {
  readonly collection: string
  readonly id: string | number
}

/** Documents that the rules of one request may look up, the limit that the platform documents. */
export const MAX_LOOKUPS = 10

const NOT_READ = text('the document has not been read', '文档尚未读取')

const TOO_MANY = text(
  `the rule looks up more than ${MAX_LOOKUPS} documents with get( )`,
  `规则用 get( ) 查询的文档超过 ${MAX_LOOKUPS} 个`,
)

/**
 * Collects which documents rules ask for, and hands them out once they are read: rules themselves read nothing. Serves
 * one request, so that each document is read once and counts once.
 */
export class Lookups implements Documents {
  readonly #read = new Map<string, DocumentData | null>()
  readonly #pending = new Map<string, DocumentKey>()

  get(collection: string, id: string | number): DocumentData | null {
    const key = keyOf({ collection, id })
    const read = this.#read.get(key)
    if (read !== undefined) return read
    if (this.#read.size + this.#pending.size >= MAX_LOOKUPS && !this.#pending.has(key))
      throw new EvaluationError(TOO_MANY)
    this.#pending.set(key, { collection, id })
    throw new EvaluationError(NOT_READ)
  }

  /** What was read, for whoever wants to repeat the decision. */
  read(): readonly (DocumentKey & { readonly document: DocumentData | null })[] {
    return [...this.#read].map(([key, document]) => {
      const [collection, id] = JSON.parse(key) as [string, string | number]
      return { collection, id, document }
    })
  }

  /**
   * Evaluates, reads what the evaluation asked for and did not find, and evaluates again until it asks for nothing more.
   *
   * @example const decision = await lookups.settle(() => rules.evaluate('read', context), readDocument)
   */
  async settle<T>(evaluate: () => T, read: (key: DocumentKey) => Promise<DocumentData | null>): Promise<T> {
    for (;;) {
      const result = evaluate()
      const asked = [...this.#pending]
      if (asked.length === 0) return result
      const found = await Promise.all(asked.map(([, key]) => read(key)))
      for (const [at, [key]] of asked.entries()) {
        this.#read.set(key, found[at] ?? null)
        this.#pending.delete(key)
      }
    }
  }
}

function keyOf({ collection, id }: DocumentKey): string {
  return JSON.stringify([collection, id])
}

/** Kept apart from `null`, which is a value that data can have. */
export type MaybeDocument = DocumentData | null | undefined

/** The data as an expression sees it. */
export function asValue(data: MaybeDocument): Value {
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? data : undefined
}
