/**
 * Loose chunks at most. Chunks are kept as they came and written without a copy; a sender of tiny chunks would make us
 * hold an object of some 100 bytes for each byte, so beyond this number they are merged. 128 leaves chunks of 8 KiB and
 * more alone.
 */
const LOOSE_CHUNKS = 128

/** Collects the chunks of a body for one write. Keeps the chunks themselves: the sender must not reuse their memory. */
export class ChunkBatch {
  #merged: Uint8Array[] = []
  #loose: Uint8Array[] = []
  #size = 0

  /** Bytes held. */
  get size(): number {
    return this.#size
  }

  add(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return
    this.#size += chunk.byteLength
    this.#loose.push(chunk)
    if (this.#loose.length < LOOSE_CHUNKS) return
    this.#merged.push(Buffer.concat(this.#loose))
    this.#loose = []
  }

  /** Hands over what was collected, in order, and starts anew. */
  take(): Uint8Array[] {
    const chunks = [...this.#merged, ...this.#loose]
    this.#merged = []
    this.#loose = []
    this.#size = 0
    return chunks
  }
}
