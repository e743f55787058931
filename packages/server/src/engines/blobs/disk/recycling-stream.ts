import { close, read } from 'node:fs'
import { Readable } from 'node:stream'

/** Large pieces mean few calls; smaller and larger ones took longer. */
const PIECE_BYTES = 512 * 1024
/** One is being sent, one waits, and one is being filled. */
const BUFFERS = 3

/**
 * Streams a part of a file through a few buffers that are used again and again: new ones for every piece would cost a third
 * of the time of a large download, to allocate and to collect them. A piece is good until the next but one is given out.
 */
export class RecyclingStream extends Readable {
  readonly #fd: number
  /** The offset after the last byte. */
  readonly #end: number
  readonly #buffers: Buffer[] = []
  #at: number
  #piece = 0
  #reading = false
  /** Closes the file as soon as nothing is read from it any more. */
  #onRead: (() => void) | undefined

  /** @param fd closed at the end. @param start first byte. @param length at least 1 */
  constructor(fd: number, start: number, length: number) {
    super({ highWaterMark: PIECE_BYTES })
    this.#fd = fd
    this.#at = start
    this.#end = start + length
  }

  override _read(): void {
    const left = this.#end - this.#at
    if (left === 0) {
      this.push(null)
      return
    }
    const length = Math.min(left, PIECE_BYTES)
    const slot = this.#piece++ % BUFFERS
    const buffer = this.#buffers[slot] ?? Buffer.allocUnsafeSlow(length)
    this.#buffers[slot] = buffer
    this.#fill(buffer, 0, length)
  }

  /** A piece is given out when it is full: of short ones, more would be waiting than there are buffers. */
  #fill(buffer: Buffer, filled: number, length: number): void {
    this.#reading = true
    read(this.#fd, buffer, filled, length - filled, this.#at, (error, bytesRead) => {
      this.#reading = false
      this.#onRead?.()
      if (this.destroyed) return
      if (error) this.destroy(error)
      else if (bytesRead === 0) this.destroy(new Error('the file became shorter while it was read'))
      else {
        this.#at += bytesRead
        if (filled + bytesRead < length) this.#fill(buffer, filled + bytesRead, length)
        else this.push(buffer.subarray(0, length))
      }
    })
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // Another file may get the same descriptor at once.
    const end = () => close(this.#fd, (failure) => done(error ?? failure ?? null))
    if (this.#reading) this.#onRead = end
    else end()
  }
}
