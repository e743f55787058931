import { close, datasync, open, unlinkIfThere, writeFully } from '../files.ts'
import { CREATE, CREATE_SYNCED, OWNER_ONLY, SYNCED_BY_WRITE } from './create-flags.ts'

/** A file for one body, which is then either synced and kept, or discarded. */
export interface TempFile {
  /**
   * Starts a write and waits only for the previous one. So the next batch fills while this one is written, and at most one
   * batch waits in memory. A failure rejects the next call.
   */
  queue(chunks: readonly Uint8Array[]): Promise<void>
  /** Waits until everything in the queue is written. */
  written(): Promise<void>
  /** Resolves when the bytes survive a power loss. Closes the file. */
  sync(): Promise<void>
  /** Closes and removes the file, in any state. */
  discard(): Promise<void>
}

/**
 * Creates a temporary file. `single`: there will be one call of `queue`.
 */
export async function createTempFile(path: string, { single }: { single: boolean }): Promise<TempFile> {
  const syncedByWrite = single && SYNCED_BY_WRITE
  const fd = await open(path, syncedByWrite ? CREATE_SYNCED : CREATE, OWNER_ONLY)
  let pending: Promise<void> = Promise.resolve()
  let empty = true
  let closed = false

  function closeOnce(): Promise<void> {
    if (closed) return Promise.resolve()
    closed = true
    return close(fd)
  }

  return {
    async queue(chunks) {
      await pending
      empty &&= chunks.length === 0
      pending = writeFully(fd, chunks)
      // The next call rejects with the failure; until then it must not count as unhandled.
      pending.catch(() => {})
    },
    written: () => pending,
    async sync() {
      if (!syncedByWrite || empty) await datasync(fd)
      // Not awaited: the bytes are safe, so a failure to close does not matter.
      closeOnce().catch(() => {})
    },
    async discard() {
      await pending.catch(() => {})
      await closeOnce().catch(() => {})
      await unlinkIfThere(path)
    },
  }
}
