/** One thing that may be on a page, with its place and the bytes that it takes. */
interface SizedItem<T> {
  readonly item: T
  readonly bytes: number
}

/**
 * The first things of any number of them, in order: as many as a page holds and not many more bytes. So a page that a
 * walk finds in another order never keeps more than itself.
 */
export class PageWindow<T> {
  readonly #compare: (a: T, b: T) => number
  readonly #size: number
  readonly #maxBytes: number
  readonly #kept: SizedItem<T>[] = []
  #bytes = 0
  /** The first of what there was no room for: nothing behind it may come any more, or it would have been left out. */
  #bound: T | undefined

  constructor(compare: (a: T, b: T) => number, size: number, maxBytes: number) {
    this.#compare = compare
    this.#size = size
    this.#maxBytes = maxBytes
  }

  add(item: T, bytes: number): void {
    if (this.#bound !== undefined && this.#compare(item, this.#bound) >= 0) return
    this.#kept.splice(this.#position(item), 0, { item, bytes })
    this.#bytes += bytes
    while (this.#kept.length > this.#size || (this.#bytes > this.#maxBytes && this.#kept.length > 1)) {
      const last = this.#kept.pop()
      if (last === undefined) return
      this.#bytes -= last.bytes
      this.#bound = last.item
    }
  }

  /** The things in order, and whether there are more behind them. */
  page(): { readonly items: readonly T[]; readonly more: boolean } {
    return { items: this.#kept.map(({ item }) => item), more: this.#bound !== undefined }
  }

  /** Behind everything that stands before it or is equal. */
  #position(item: T): number {
    let low = 0
    let high = this.#kept.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#kept[middle]
      if (other !== undefined && this.#compare(other.item, item) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
