import { constants } from 'node:fs'
import { close, fstat, openIfThere, readFully, writeByte } from '../files.ts'
import type { Allocate } from '../recycled-memory.ts'
import {
  DEAD,
  HEADER_BYTES,
  type Header,
  indexBytes,
  MAX_BODIES,
  markAt,
  PAGE_BYTES,
  parseHeader,
  parseIndex,
  type SmallBody,
  TRAILER_BYTES,
} from './segment-format.ts'
import type { SmallPlace } from './segment-name.ts'

/** Absent on Windows. */
const O_DSYNC = constants.O_DSYNC ?? 0
/** The bytes that a walk over headers reads at once: many small bodies, or one header and the begin of a larger body. */
const WALK_BYTES = 16 * 1024

type BodyRange = Pick<SmallBody, 'offset' | 'length'>

/** An open segment. Nothing of it is remembered: other processes append, mark and remove. */
export interface SegmentReader {
  /** Bytes of the file. */
  size(): Promise<number>
  /** Which bodies have been removed, as of now. */
  deadNow(): Promise<(number: number) => boolean>
  /** The bodies of a complete segment. Undefined when it has no index: it is being written, or its process was killed. */
  indexed(): Promise<readonly SmallBody[] | undefined>
  /** The headers in order, up to the first that is missing or torn. */
  headers(): Promise<readonly Header[]>
  /** The body at a place, living or dead, with its header. Undefined when there is none, or another one. */
  body(place: BodyRange, allocate?: Allocate): Promise<{ readonly header: Header; readonly bytes: Buffer } | undefined>
  /** Its header alone. */
  header(place: BodyRange): Promise<Header | undefined>
  /** Marks a body as dead. For segments that are open for that. */
  markDead(number: number): Promise<void>
  close(): Promise<void>
}

/** Opens a segment; undefined when it does not exist, or no longer. */
export async function openSegment(
  path: string,
  run: string,
  flags: number = constants.O_RDONLY,
): Promise<SegmentReader | undefined> {
  const fd = await openIfThere(path, flags)
  if (fd === undefined) return undefined

  /** The bytes from `offset` on; fewer where the file ends. */
  async function bytesAt(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length)
    return bytes.subarray(0, await readFully(fd as number, [bytes], offset))
  }

  return {
    async size() {
      return (await fstat(fd)).size
    },

    async deadNow() {
      const page = await bytesAt(0, PAGE_BYTES)
      return (number) => page[markAt(number)] === DEAD
    },

    async indexed() {
      const { size } = await fstat(fd)
      const trailer = await bytesAt(Math.max(0, size - TRAILER_BYTES), TRAILER_BYTES)
      const length = indexBytes(run, trailer)
      if (length === undefined || length > size - TRAILER_BYTES) return undefined
      return parseIndex(await bytesAt(size - TRAILER_BYTES - length, length), trailer)
    },

    async headers() {
      const headers: Header[] = []
      let window: Buffer = Buffer.alloc(0)
      let windowAt = 0
      let offset = PAGE_BYTES
      while (headers.length < MAX_BODIES) {
        if (offset + HEADER_BYTES > windowAt + window.length) {
          window = await bytesAt(offset, WALK_BYTES)
          windowAt = offset
        }
        const header = parseHeader(run, window.subarray(offset - windowAt), offset)
        if (header?.number !== headers.length) break
        headers.push(header)
        offset += header.span
      }
      return headers
    },

    // By default in memory of its own, so that a cache can keep it without a copy.
    async body({ offset, length }, allocate = Buffer.allocUnsafeSlow) {
      const head = Buffer.allocUnsafe(HEADER_BYTES)
      const bytes = allocate(length)
      if ((await readFully(fd, [head, bytes], offset)) < HEADER_BYTES + length) return undefined
      const header = parseHeader(run, head, offset)
      return header?.length === length ? { header, bytes } : undefined
    },

    async header({ offset, length }) {
      const header = parseHeader(run, await bytesAt(offset, HEADER_BYTES), offset)
      return header?.length === length ? header : undefined
    },

    markDead: (number) => writeByte(fd, DEAD, markAt(number)),

    close: () => close(fd),
  }
}

/** Runs code with an open segment. Undefined when the segment does not exist, or no longer. */
export async function withSegment<T>(
  path: string,
  run: string,
  code: (segment: SegmentReader) => Promise<T>,
  flags?: number,
): Promise<T | undefined> {
  const segment = await openSegment(path, run, flags)
  if (segment === undefined) return undefined
  try {
    return await code(segment)
  } finally {
    // Not awaited where nothing was written: a failure to close does not matter then.
    const closed = segment.close()
    await (flags === undefined ? closed.catch(() => {}) : closed)
  }
}

/** The living bodies of a segment. Undefined when the segment does not exist, or no longer. */
export function livingBodies(path: string, run: string): Promise<SmallBody[] | undefined> {
  return withSegment(path, run, async (segment) => {
    const bodies = (await segment.indexed()) ?? (await segment.headers())
    const isDead = await segment.deadNow()
    return bodies.filter((_, number) => !isDead(number))
  })
}

/** A living body. Undefined when it has been removed, or was never there. */
export function readSmall(path: string, place: SmallPlace, allocate?: Allocate): Promise<Uint8Array | undefined> {
  return withSegment(path, place.run, async (segment) => {
    const [body, isDead] = await Promise.all([segment.body(place, allocate), segment.deadNow()])
    return body === undefined || isDead(body.header.number) ? undefined : body.bytes
  })
}

/**
 * Marks bodies of one segment as dead; those that are not there are ignored.
 *
 * @param shared whether other machines may do the same: a network file system must then write the mark, not its whole page
 * @returns the bytes that the marked bodies take, their numbers, and the bytes of the segment; undefined when there is no
 *   such segment
 */
export function removeSmall(
  path: string,
  places: readonly SmallPlace[],
  shared: boolean,
): Promise<{ readonly removed: number; readonly marked: readonly number[]; readonly size: number } | undefined> {
  const flags = constants.O_RDWR | (shared ? O_DSYNC : 0)
  const mark = async (segment: SegmentReader) => {
    const isDead = await segment.deadNow()
    const marked: number[] = []
    let removed = 0
    for (const place of places) {
      const header = await segment.header(place)
      if (header === undefined || isDead(header.number)) continue
      await segment.markDead(header.number)
      marked.push(header.number)
      removed += header.span
    }
    return { removed, marked, size: await segment.size() }
  }
  return withSegment(path, places[0]?.run ?? '', mark, flags)
}
