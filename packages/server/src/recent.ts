/**
 * Remembers values that were used a moment ago: the last `size` of them, and at most twice as many. What is kept here must
 * be right for as long as its key is: nobody tells it of changes.
 */
export class Recent<K, V> {
  readonly #size: number
  #young = new Map<K, V>()
  /** What the last generation has used. A use brings it into the young one; the rest goes with the next change. */
  #old: ReadonlyMap<K, V> = new Map()

  constructor(size: number) {
    this.#size = size
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.#size) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }
}
