import { CloudsteadError, type DocumentObject, type DocumentValue } from '@cloudstead/protocol'
import { compareValues } from './compare.ts'
import { checkResponseSize, STEP_BYTES } from './memory-limits.ts'
import { leaves, parsePath } from './paths.ts'
import type { RequestBudget } from './request-budget.ts'

/** One part of a sort order: a dotted path, ascending (1) or descending (-1). */
export interface OrderPart {
  readonly path: string
  readonly direction: 1 | -1
}

/** An item with its sort keys and its size. */
interface Sortable<T> {
  readonly item: T
  readonly keys: readonly SortKeyValue[]
  readonly bytes: number
}

/** Results that a sort in memory may hold: skip and limit together. A walk over an index has no such limit. */
export const MAX_SORT_WINDOW = 100_000

/** @throws CloudsteadError DATABASE_REQUEST_FAILED when a sort would have to hold too many documents */
export function checkSortWindow(size: number): void {
  if (size <= MAX_SORT_WINDOW) return
  throw new CloudsteadError('DATABASE_REQUEST_FAILED', {
    en: `a sort without a fitting index holds at most ${MAX_SORT_WINDOW} documents: declare an index, or skip less`,
    zh: `没有合适的索引时，排序最多 ${MAX_SORT_WINDOW} 个文档：请声明索引，或减少跳过的数量`,
  })
}

/** How many items beyond twice the window, or how many new bytes, may come before the window is sorted and cut. */
const SLACK = 100
const SLACK_BYTES = STEP_BYTES

/** One sort key of a document. undefined stands for an empty array, which comes before null and missing values. */
export type SortKeyValue = DocumentValue | undefined

/**
 * Compiles a sort order to a function that returns the sort keys of a document. An array sorts by its smallest element in
 * ascending order and by its largest in descending order, as in a walk over an index.
 *
 * @param budget of the request; the function spends the cost of arrays
 */
export function sortKeys(
  order: readonly OrderPart[],
  budget: RequestBudget,
): (document: DocumentObject) => readonly SortKeyValue[] {
  const parsed = order.map(({ path, direction }) => ({ parts: parsePath(path), direction }))
  return (document) =>
    parsed.map(({ parts, direction }) =>
      leaves(document, parts, budget).reduce((best, value) =>
        compareKeys(value, best, budget) * direction < 0 ? value : best,
      ),
    )
}

/** Compares two sort keys of the same part. */
export function compareKeys(a: SortKeyValue, b: SortKeyValue, budget: RequestBudget): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined)
  return compareValues(a, b, budget)
}

/**
 * Keeps the first `size` of any number of items in order. Holds at most about twice as many, and no more bytes than one
 * response and one step together.
 */
export class SortWindow<T> {
  readonly #size: number
  readonly #directions: readonly (1 | -1)[]
  readonly #budget: RequestBudget
  #items: Sortable<T>[] = []
  #bytes = 0
  /** Bytes of the items since the last cut. */
  #newBytes = 0
  /** The keys of the last item, once the window is full. Later items must come before them. */
  #last: readonly SortKeyValue[] | undefined

  /** @throws CloudsteadError DATABASE_REQUEST_FAILED when the window is too large */
  constructor(size: number, directions: readonly (1 | -1)[], budget: RequestBudget) {
    checkSortWindow(size)
    this.#size = size
    this.#directions = directions
    this.#budget = budget
  }

  /** Of the items that it holds. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether an item with these keys may be among the first. Otherwise it need not be added. */
  accepts(keys: readonly SortKeyValue[]): boolean {
    return this.#last === undefined || this.#compare(keys, this.#last) < 0
  }

  /**
   * @param bytes the size of the item
   * @throws CloudsteadError EXCEED_MAX_RESPONSE_SIZE when the first items are too large together
   */
  add(item: T, keys: readonly SortKeyValue[], bytes: number): void {
    this.#items.push({ item, keys, bytes })
    this.#bytes += bytes
    this.#newBytes += bytes
    if (this.#items.length >= 2 * this.#size + SLACK || this.#newBytes >= SLACK_BYTES) this.#cut()
  }

  /**
   * The items in order. Equal ones keep the order in which they were added.
   *
   * @throws CloudsteadError like `add`
   */
  inOrder(): readonly T[] {
    this.#cut()
    return this.#items.map(({ item }) => item)
  }

  #compare(a: readonly SortKeyValue[], b: readonly SortKeyValue[]): number {
    for (let at = 0; at < this.#directions.length; at += 1) {
      this.#budget.spend(1)
      const order = compareKeys(a[at], b[at], this.#budget)
      if (order !== 0) return order * (this.#directions[at] ?? 1)
    }
    return 0
  }

  #cut(): void {
    this.#items.sort((a, b) => this.#compare(a.keys, b.keys))
    for (const { bytes } of this.#items.splice(this.#size)) this.#bytes -= bytes
    this.#newBytes = 0
    checkResponseSize(this.#bytes)
    if (this.#items.length === this.#size) this.#last = this.#items.at(-1)?.keys
  }
}
