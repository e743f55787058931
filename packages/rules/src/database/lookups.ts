import { EvaluationError } from '../language/values.ts'
import { text } from '../text.ts'
import type { DocumentData, Documents } from './context.ts'

/** The document that a `get( )` names. */
export interface DocumentKey {
  readonly collection: string
  readonly id: string | number
}

/** Documents that the rules of one request may look up: the limit that the platform documents. */
export const MAX_LOOKUPS = 10

const NOT_LOADED = text('the document has not been read', '文档尚未读取')

export const TOO_MANY_LOOKUPS = text(
  `the rule looks up more than ${MAX_LOOKUPS} documents with get( )`,
  `规则用 get( ) 查询的文档超过 ${MAX_LOOKUPS} 个`,
)

/**
 * Collects the documents that rules ask for, and provides them once they are loaded. Rules themselves do no I/O. Serves one
 * request, so each document is loaded and counted once.
 */
export class Lookups implements Documents {
  readonly #loaded = new Map<string, DocumentData | null>()
  readonly #pending = new Map<string, DocumentKey>()

  get(collection: string, id: string | number): DocumentData | null {
    const key = keyOf({ collection, id })
    const loaded = this.#loaded.get(key)
    if (loaded !== undefined) return loaded
    if (this.#loaded.size + this.#pending.size >= MAX_LOOKUPS && !this.#pending.has(key))
      throw new EvaluationError(TOO_MANY_LOOKUPS)
    this.#pending.set(key, { collection, id })
    throw new EvaluationError(NOT_LOADED)
  }

  /** The loaded documents, for repeating the decision. */
  read(): readonly (DocumentKey & { readonly document: DocumentData | null })[] {
    return [...this.#loaded].map(([key, document]) => {
      const [collection, id] = JSON.parse(key) as [string, string | number]
      return { collection, id, document }
    })
  }

  /**
   * Evaluates, loads the documents that the evaluation asked for, and evaluates again until none is missing.
   *
   * @example const decision = await lookups.settle(() => rules.evaluate('read', context), readDocument)
   */
  async settle<T>(evaluate: () => T, read: (key: DocumentKey) => Promise<DocumentData | null>): Promise<T> {
    for (;;) {
      const result = evaluate()
      const pending = [...this.#pending]
      if (pending.length === 0) return result
      const found = await Promise.all(pending.map(([, key]) => read(key)))
      for (const [at, [key]] of pending.entries()) {
        this.#loaded.set(key, found[at] ?? null)
        this.#pending.delete(key)
      }
    }
  }
}

function keyOf({ collection, id }: DocumentKey): string {
  return JSON.stringify([collection, id])
}
