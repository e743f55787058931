import { CloudsteadError, type DocumentObject, type DocumentValue } from '@cloudstead/protocol'
import { compareValues } from './compare.ts'
import { leaves, parsePath } from './paths.ts'

/** One part of an order: a dotted path, ascending (1) or descending (-1). */
export interface OrderPart {
  readonly path: string
  readonly direction: 1 | -1
}

/** Something with the keys that it sorts by. */
interface Sortable<T> {
  readonly item: T
  readonly keys: readonly DocumentValue[]
  readonly weight: number
}

/** Results that a sort in memory may have to hold: skip and limit together. An index has no such bound. */
export const MAX_SORT_WINDOW = 100_000

/** Items beyond twice the window before it is cut, so that small windows are not sorted for each item. */
const SLACK = 100

/**
 * Makes what finds the keys that a document sorts by. An array sorts by its smallest element where the order is
 * ascending, by its largest where it is descending, as a walk over an index meets them.
 */
export function sortKeys(order: readonly OrderPart[]): (document: DocumentObject) => readonly DocumentValue[] {
  const parsed = order.map(({ path, direction }) => ({ parts: parsePath(path), direction }))
  return (document) =>
    parsed.map(({ parts, direction }) =>
      leaves(document, parts).reduce((best, value) => (compareValues(value, best) * direction < 0 ? value : best)),
    )
}

/** Keeps the first `size` of any number of items in order; memory holds at most twice as many. */
export class SortWindow<T> {
  readonly #size: number
  readonly #directions: readonly (1 | -1)[]
  #items: Sortable<T>[] = []
  #weight = 0

  /** @throws CloudsteadError DATABASE_REQUEST_FAILED when the window is too large */
  constructor(size: number, directions: readonly (1 | -1)[]) {
    if (size > MAX_SORT_WINDOW) {
      throw new CloudsteadError(
        'DATABASE_REQUEST_FAILED',
        `a sort without a fitting index reaches at most ${MAX_SORT_WINDOW} documents: declare an index, or skip less`,
      )
    }
    this.#size = size
    this.#directions = directions
  }

  /** @param weight what the item costs to hold; `weight` of the window is the sum. */
  add(item: T, keys: readonly DocumentValue[], weight = 0): void {
    this.#items.push({ item, keys, weight })
    this.#weight += weight
    if (this.#items.length >= 2 * this.#size + SLACK) this.#cut()
  }

  get weight(): number {
    return this.#weight
  }

  /** The items in order; equal ones stay in the order in which they were added. */
  inOrder(): readonly T[] {
    this.#cut()
    return this.#items.map(({ item }) => item)
  }

  #cut(): void {
    this.#items.sort((a, b) => {
      for (let at = 0; at < this.#directions.length; at += 1) {
        const order = compareValues(a.keys[at], b.keys[at])
        if (order !== 0) return order * (this.#directions[at] ?? 1)
      }
      return 0
    })
    for (const { weight } of this.#items.splice(this.#size)) this.#weight -= weight
  }
}
