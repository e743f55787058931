import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { blobId } from '../blob-name.ts'
import type { BlobId } from '../blobs.ts'
import { close, datasync, open, truncate, unlinkIfThere, writeFully } from '../files.ts'
import { CREATE, CREATE_SYNCED, OWNER_ONLY, SYNCED_BY_WRITE } from './create-flags.ts'
import { syncDirectory } from './directory-sync.ts'
import {
  emptyPage,
  encodeHeader,
  encodeIndex,
  HEADER_BYTES,
  MAX_BODIES,
  PAGE_BYTES,
  pageFrom,
  type SmallBody,
} from './segment-format.ts'
import { claimName, newRun, type SegmentName, segmentFile, smallFile } from './segment-name.ts'
import type { Shard, Shards } from './shards.ts'

/** A segment that is longer gets no more bodies: few files for many bodies, and a copy of what lives in one is quick. */
const SEGMENT_BYTES = 64 * 1024 * 1024
/**
 * A segment that is older gets no more bodies. After a day others may take its process for ended (see leftovers.ts), so there
 * is a wide margin.
 */
const SEGMENT_AGE_MS = 60 * 60 * 1000
/** The bodies that are written together: the first of them waits for the last. */
const GROUP_BYTES = 4 * 1024 * 1024
const GROUP_BODIES = 256
/** Linux takes 1,024 pieces in one call, and syncs after each call. */
const GROUP_PIECES = 1000

const ZEROS = new Uint8Array(PAGE_BYTES)

/** The points at which tests make it crash: the empty segment is there; a group is written; the index is written. */
export type SegmentPoint = 'afterSegmentMade' | 'afterAppend' | 'afterIndex'

export interface SegmentWriterOptions {
  readonly tempDir: string
  readonly shards: Shards
  /** The time of a body that is written now, in milliseconds since the epoch. */
  readonly now: () => number
  /** Called with each segment that is full, and its bytes. */
  readonly onComplete: (name: SegmentName, size: number) => Promise<void>
  readonly hooks?: { at(point: SegmentPoint): void | Promise<void> } | undefined
}

/**
 * Appends small bodies to a segment of this process. Those that come while others are being written wait, and are then
 * written and synced together.
 */
export interface SegmentWriter {
  /** Resolves when the body survives a power loss. When it fails, the body is not in the segment. */
  append(chunks: readonly Uint8Array[], length: number): Promise<BlobId>
  /** Whether this process is still writing the segment or its index. */
  isWriting(run: string): boolean
  /** Completes the segment. Wait for the bodies first. */
  close(): Promise<void>
}

interface Waiting {
  readonly chunks: readonly Uint8Array[]
  readonly length: number
  readonly crc: number
  resolve(id: BlobId): void
  reject(error: unknown): void
}

interface SegmentFiles extends SegmentName {
  readonly path: string
  readonly claim: string
  readonly fd: number | undefined
}

interface ActiveSegment extends SegmentFiles {
  readonly fd: number
  readonly since: number
  readonly bodies: SmallBody[]
  /** Where the next group begins: on a page. */
  tail: number
}

export function createSegmentWriter({ tempDir, shards, now, onComplete, hooks }: SegmentWriterOptions): SegmentWriter {
  let queue: Waiting[] = []
  let running = false
  let active: ActiveSegment | undefined
  /** The runs of segments that have no index yet. */
  const incomplete = new Set<string>()
  const completing = new Set<Promise<void>>()

  /** Until its first `await` it runs at once: the disk works while the caller does something else. */
  async function run(): Promise<void> {
    running = true
    for (let first = queue.shift(); first !== undefined; first = queue.shift()) await writeGroup(first)
    running = false
  }

  async function writeGroup(first: Waiting): Promise<void> {
    const group = [first]
    try {
      const shard = shards.enterNow() ?? (await shards.enter())
      try {
        if (active !== undefined && !takesMore(active, shard)) leave(onComplete)
        const segment = active ?? (await makeSegment(shard))
        active = segment
        addToGroup(group, segment, shard)
        const bodies = await appendGroup(segment, group, shard)
        for (const [n, body] of bodies.entries()) {
          group[n]?.resolve(blobId({ shard: shard.name, file: smallFile(segment.run, body) }))
        }
      } finally {
        for (const _ of group) shards.leave(shard)
      }
    } catch (error) {
      for (const waiting of group) waiting.reject(error)
    }
  }

  /** Moves those from the queue into the group that are written with its first. */
  function addToGroup(group: Waiting[], segment: ActiveSegment, shard: Shard): void {
    const most = Math.min(GROUP_BODIES, MAX_BODIES - segment.bodies.length)
    let bytes = group[0]?.length ?? 0
    let pieces = piecesOf(group[0])
    let count = 0
    for (const waiting of queue) {
      bytes += waiting.length
      pieces += piecesOf(waiting)
      if (bytes > GROUP_BYTES || pieces > GROUP_PIECES || group.length >= most) break
      const entered = shards.enterNow()
      if (entered === undefined) break
      if (entered !== shard) {
        shards.leave(entered)
        break
      }
      group.push(waiting)
      count++
    }
    queue = queue.slice(count)
  }

  /** Writes and syncs a group. When that fails, the segment is as before, and gets no more bodies. */
  async function appendGroup(segment: ActiveSegment, group: readonly Waiting[], shard: Shard): Promise<SmallBody[]> {
    const { fd, tail } = segment
    const isNew = segment.bodies.length === 0
    try {
      const { chunks, bodies, end } = layOut(segment, group, now())
      await (isNew ? writeFully(fd, [emptyPage(), ...chunks], 0) : writeFully(fd, chunks, tail))
      if (!SYNCED_BY_WRITE) await datasync(fd)
      if (isNew) await shard.directory.sync()
      if (hooks) await hooks.at('afterAppend')
      segment.tail = end
      segment.bodies.push(...bodies)
      return bodies
    } catch (error) {
      active = undefined
      await (isNew ? discard(segment) : truncate(fd, tail).then(() => complete(segment))).catch(() => {})
      throw error
    }
  }

  async function makeSegment(shard: Shard): Promise<ActiveSegment> {
    const name = { shard: shard.name, run: newRun() }
    const path = join(shard.path, segmentFile(name.run))
    const claim = join(tempDir, claimName(name))
    let fd: number | undefined
    try {
      await close(await open(claim, CREATE, OWNER_ONLY))
      await syncDirectory(tempDir)
      fd = await open(path, CREATE_SYNCED, OWNER_ONLY)
      if (hooks) await hooks.at('afterSegmentMade')
      incomplete.add(name.run)
      return { ...name, path, claim, fd, since: Date.now(), bodies: [], tail: PAGE_BYTES }
    } catch (error) {
      await discard({ ...name, path, claim, fd }).catch(() => {})
      throw error
    }
  }

  async function discard({ run, path, claim, fd }: SegmentFiles): Promise<void> {
    incomplete.delete(run)
    if (fd !== undefined) await close(fd).catch(() => {})
    await unlinkIfThere(path)
    await unlinkIfThere(claim)
  }

  /** Completes the active segment. What fails here, such as on a full disk, is done when the claim has become old. */
  function leave(then: SegmentWriterOptions['onComplete']): void {
    if (active === undefined) return
    const segment = active
    const done = complete(segment)
      .then(() => then(segment, segment.tail))
      .catch(() => {})
      .finally(() => completing.delete(done))
    completing.add(done)
    active = undefined
  }

  async function complete({ run, fd, tail, bodies, claim, since }: ActiveSegment): Promise<void> {
    try {
      // Others may have taken over a segment that is old; see SEGMENT_AGE_MS.
      if (age(since) > 12 * SEGMENT_AGE_MS) return
      await writeFully(fd, [encodeIndex(run, bodies)], tail)
      if (!SYNCED_BY_WRITE) await datasync(fd)
      if (hooks) await hooks.at('afterIndex')
      await unlinkIfThere(claim)
    } finally {
      incomplete.delete(run)
      await close(fd)
    }
  }

  return {
    append(chunks, length) {
      const { promise, resolve, reject } = Promise.withResolvers<BlobId>()
      const crc = chunks.reduce((before, chunk) => crc32(chunk, before), 0)
      queue.push({ chunks, length, crc, resolve, reject })
      if (!running) void run()
      return promise
    },

    isWriting: (run) => incomplete.has(run),

    async close() {
      leave(async () => {})
      await Promise.all(completing)
    },
  }
}

/** With the header. */
function piecesOf(waiting: Waiting | undefined): number {
  return 1 + (waiting?.chunks.length ?? 0)
}

/** Milliseconds since a time. A clock that was set back makes it old. */
function age(since: number): number {
  const passed = Date.now() - since
  return passed < 0 ? Number.POSITIVE_INFINITY : passed
}

function takesMore({ shard, tail, bodies, since }: ActiveSegment, { name }: Shard): boolean {
  return shard === name && tail < SEGMENT_BYTES && bodies.length < MAX_BODIES && age(since) <= SEGMENT_AGE_MS
}

/** The bytes of a group: each body after its header, and zeros up to the page on which the next group begins. */
function layOut(
  segment: ActiveSegment,
  group: readonly Waiting[],
  time: number,
): { readonly chunks: Uint8Array[]; readonly bodies: SmallBody[]; readonly end: number } {
  const chunks: Uint8Array[] = []
  const bodies: SmallBody[] = []
  let offset = segment.tail
  for (const [n, { length, crc, chunks: parts }] of group.entries()) {
    const ends = offset + HEADER_BYTES + length
    const next = n === group.length - 1 ? pageFrom(ends) : ends
    const number = segment.bodies.length + n
    chunks.push(encodeHeader(segment.run, { number, length, span: next - offset, crc, time, offset }), ...parts)
    if (next > ends) chunks.push(ZEROS.subarray(0, next - ends))
    bodies.push({ offset, length, time })
    offset = next
  }
  return { chunks, bodies, end: offset }
}
