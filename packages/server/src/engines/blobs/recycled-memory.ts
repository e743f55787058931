/** The memory of a shorter body is not used again: V8 allocates and collects it at little cost. */
const MIN_BYTES = 4 * 1024
/** A buffer has at most a quarter more than what it was taken for: four sizes between one power of two and the next. */
const SIZES_PER_DOUBLING = 4

/** Makes memory for a body of so many bytes. */
export type Allocate = (length: number) => Buffer

/**
 * Memory for bodies that is used again and again. New memory for every body of 200 KiB would make V8 collect its whole heap
 * several times per second.
 */
export interface RecycledMemory {
  /** What is in it is not cleared: fill it. */
  readonly take: Allocate
  /** Gives memory back that `take` made, and that nobody uses any more. Other memory is ignored. */
  giveBack(bytes: Uint8Array): void
}

/** @param maxBytes of the buffers that wait to be used again. Those of the size that was not used for longest go first. */
export function createRecycledMemory({ maxBytes }: { readonly maxBytes: number }): RecycledMemory {
  /** By size. A Map keeps the order of insertion, and a size that is used is inserted again. */
  const waiting = new Map<number, ArrayBuffer[]>()
  /** Those that are taken. */
  const taken = new WeakSet<ArrayBufferLike>()
  let waitingBytes = 0

  function waitingOf(size: number): ArrayBuffer[] {
    const those = waiting.get(size) ?? []
    waiting.delete(size)
    waiting.set(size, those)
    return those
  }

  function dropOldest(): void {
    for (const [size, those] of waiting) {
      if (those.pop() !== undefined) {
        waitingBytes -= size
        return
      }
    }
  }

  return {
    take(length) {
      if (length < MIN_BYTES) return Buffer.allocUnsafeSlow(length)
      const size = sizeFor(length)
      const again = waitingOf(size).pop()
      if (again !== undefined) waitingBytes -= size
      const memory = again ?? (Buffer.allocUnsafeSlow(size).buffer as ArrayBuffer)
      taken.add(memory)
      return Buffer.from(memory, 0, length)
    },

    giveBack({ buffer }) {
      // Once only: two would get the same memory.
      if (!taken.delete(buffer)) return
      waitingOf(buffer.byteLength).push(buffer as ArrayBuffer)
      waitingBytes += buffer.byteLength
      while (waitingBytes > maxBytes) dropOldest()
    },
  }
}

function sizeFor(length: number): number {
  const step = 2 ** (Math.ceil(Math.log2(length)) - 1) / SIZES_PER_DOUBLING
  return Math.ceil(length / step) * step
}
