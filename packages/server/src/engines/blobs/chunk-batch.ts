/**
 * The maximum number of chunks that are kept as they arrived, and written without a copy. Above it they are merged: for a
 * sender of tiny chunks, each byte would cost an object of about 100 bytes. With 128, chunks of 8 KiB or more are never
 * merged.
 */
const LOOSE_CHUNKS = 128

/** Collects the chunks of a body for one write. It keeps the chunks themselves, so the sender must not reuse their memory. */
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

  /** Returns the collected chunks in order, and empties the batch. */
  take(): Uint8Array[] {
    const chunks = [...this.#merged, ...this.#loose]
    this.#merged = []
    this.#loose = []
    this.#size = 0
    return chunks
  }
}
