import type { Allocate } from '../recycled-memory.ts'
import type { SegmentName, SmallPlace } from './segment-name.ts'
import { openSegment, readSmall, type SegmentReader } from './segment-reader.ts'

/**
 * The segments that were read last stay open, and which of their bodies are dead is remembered: a read is one call in the
 * thread pool and not four. Only for a process that is alone, which says here what it removes.
 */
export interface OpenSegments {
  /** A living body. Undefined when it has been removed, or was never there. */
  read(path: string, place: SmallPlace, allocate?: Allocate): Promise<Uint8Array | undefined>
  /** Call it when bodies have been marked as dead. */
  marked(run: string, numbers: readonly number[]): void
  /** Removes a segment with `remove`. No body of it is read from memory or from an open file once that has begun. */
  removeWith(name: SegmentName, remove: () => Promise<void>): Promise<void>
  /** Closes all, those that are being read after the read. Later reads keep none. */
  close(): void
}

interface OpenSegment {
  readonly segment: Promise<SegmentReader | undefined>
  /** Which bodies were dead when it was opened. */
  readonly wasDead: Promise<(number: number) => boolean>
  /** Bodies that have been removed since. */
  readonly removed: Set<number>
  readers: number
  isKept: boolean
}

/** @param most that are kept open; none where other processes remove bodies, too */
export function createOpenSegments({ most }: { readonly most: number }): OpenSegments {
  // A Map keeps the order of insertion and one that is read is inserted again, so the first was not read for longest.
  const open = new Map<string, OpenSegment>()
  const leaving = new Set<string>()
  let keeps = most > 0

  function openToRead(path: string, run: string): OpenSegment {
    const known = open.get(run)
    if (known !== undefined) {
      open.delete(run)
      open.set(run, known)
      return known
    }
    const segment = openSegment(path, run)
    const wasDead = segment.then((reader) => reader?.deadNow() ?? (() => true))
    const opened: OpenSegment = { segment, wasDead, removed: new Set(), readers: 0, isKept: true }
    open.set(run, opened)
    // Whoever reads it gets the failure; the next one tries again.
    const isThere = wasDead.then(
      async () => (await segment) !== undefined,
      () => false,
    )
    void isThere.then((is) => is || open.get(run) !== opened || leave(run))
    for (const oldest of open.keys()) {
      if (open.size <= most) break
      leave(oldest)
    }
    return opened
  }

  function leave(run: string): void {
    const opened = open.get(run)
    if (opened === undefined) return
    open.delete(run)
    opened.isKept = false
    closeIfUnused(opened)
  }

  function closeIfUnused({ segment, wasDead, readers, isKept }: OpenSegment): void {
    if (readers > 0 || isKept) return
    // Not before its marks were read. A failure to close what was only read does not matter.
    const close = async () => (await segment)?.close()
    wasDead.then(close, close).catch(() => {})
  }

  async function readFrom(
    { segment, wasDead, removed }: OpenSegment,
    place: SmallPlace,
    allocate: Allocate | undefined,
  ): Promise<Uint8Array | undefined> {
    const reader = await segment
    const body = await reader?.body(place, allocate)
    if (body === undefined) return undefined
    const { number } = body.header
    return (await wasDead)(number) || removed.has(number) ? undefined : body.bytes
  }

  return {
    async read(path, place, allocate) {
      const { run } = place
      if (!keeps || leaving.has(run)) return readSmall(path, place, allocate)
      const opened = openToRead(path, run)
      opened.readers++
      try {
        return await readFrom(opened, place, allocate)
      } finally {
        opened.readers--
        closeIfUnused(opened)
      }
    },

    marked(run, numbers) {
      const removed = open.get(run)?.removed
      for (const number of numbers) removed?.add(number)
    },

    async removeWith({ run }, remove) {
      leaving.add(run)
      leave(run)
      try {
        await remove()
      } finally {
        leaving.delete(run)
      }
    },

    close() {
      keeps = false
      for (const run of [...open.keys()]) leave(run)
    },
  }
}
