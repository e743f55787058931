/** Node makes memory for shorter ones in common. */
const MIN_BYTES = 4096

/**
 * Frees the memory of chunks, which are empty then. V8 would free it when it collects its whole heap, and would do that more
 * often: for each 64 MB of an upload. Those that share their memory with others stay.
 */
export function freeMemory(chunks: readonly Uint8Array[]): void {
  for (const { buffer, byteLength } of chunks) {
    if (byteLength >= MIN_BYTES && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0)
  }
}
