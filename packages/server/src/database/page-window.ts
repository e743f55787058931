/** An item that may be on the page, with its size. */
interface SizedItem<T> {
  readonly item: T
  readonly bytes: number
}

/**
 * Keeps the first of any number of items in order: as many as the page may have, within its bytes. So a page that is
 * collected from a walk in another order needs no more memory than the page.
 */
export class PageWindow<T> {
  readonly #compare: (a: T, b: T) => number
  readonly #size: number
  readonly #maxBytes: number
  readonly #kept: SizedItem<T>[] = []
  #bytes = 0
  /** The first item that did not fit. Items after it must not be added any more. */
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

  /** The items in order, and whether there are more after them. */
  page(): { readonly items: readonly T[]; readonly more: boolean } {
    return { items: this.#kept.map(({ item }) => item), more: this.#bound !== undefined }
  }

  /** Where to insert an item: after all that come before it or are equal. */
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
