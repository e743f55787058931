import { createHash } from 'node:crypto'

/** A part of a body. */
export interface Part {
  readonly start: number
  /** Exclusive. */
  readonly end: number
  /** Lower-case hex. */
  readonly sha256: string
}

/** Divides a body into parts of equal size, except the last, and hashes each. */
export class PartHashes {
  readonly #partBytes: number
  #hash = createHash('sha256')
  #start = 0
  #end = 0

  constructor(partBytes: number) {
    this.#partBytes = partBytes
  }

  /** Adds bytes. Returns the parts that they complete. */
  add(chunks: readonly Uint8Array[]): readonly Part[] {
    const complete: Part[] = []
    for (const chunk of chunks) {
      for (let rest = chunk; rest.byteLength > 0; ) {
        const taken = rest.subarray(0, this.#start + this.#partBytes - this.#end)
        this.#hash.update(taken)
        this.#end += taken.byteLength
        rest = rest.subarray(taken.byteLength)
        if (this.#end - this.#start === this.#partBytes) complete.push(this.#take())
      }
    }
    return complete
  }

  /** The last part; undefined when the body ended with a complete one. */
  last(): Part | undefined {
    return this.#end === this.#start ? undefined : this.#take()
  }

  #take(): Part {
    const part = { start: this.#start, end: this.#end, sha256: this.#hash.digest('hex') }
    this.#start = this.#end
    this.#hash = createHash('sha256')
    return part
  }
}
