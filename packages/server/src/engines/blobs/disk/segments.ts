import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isNumberedShard } from '../blob-name.ts'
import type { BlobId } from '../blobs.ts'
import type { Allocate } from '../recycled-memory.ts'
import { createOpenSegments } from './open-segments.ts'
import { PAGE_BYTES, type SmallBody } from './segment-format.ts'
import { runOf, type SegmentName, type SmallPlace, segmentFile } from './segment-name.ts'
import { livingBodies, removeSmall } from './segment-reader.ts'
import { isDead, isMostlyDead, type ReclaimOptions, reclaimSegment } from './segment-reclaim.ts'
import { createSegmentWriter, type SegmentWriterOptions } from './segment-writer.ts'

/** When this process has removed this share of a segment, it looks after each removal whether all is dead. */
const NEARLY_DEAD = 7 / 8
/** Segments that a process that is alone keeps open: the small bodies of 8 GB. */
const MAX_OPEN = 128
/** Segments whose removed bytes are counted. What is forgotten is found by `reclaimAll`. */
const MAX_COUNTED = 10_000

export type SegmentsOptions = Omit<SegmentWriterOptions, 'hooks' | 'onComplete'> &
  Omit<ReclaimOptions, 'hooks' | 'removeWith'> & {
    /** Other processes have the directory open. */
    readonly shared: boolean
    readonly hooks: (SegmentWriterOptions['hooks'] & ReclaimOptions['hooks']) | undefined
  }

/** The small bodies of a store: many in one file, so that one write and one sync do for all that come at the same time. */
export interface Segments {
  /** Resolves when the body survives a power loss. When it fails, the body is not there. */
  append(chunks: readonly Uint8Array[], length: number): Promise<BlobId>
  /** Undefined when the body is not in its segment: it was removed, or has become a file. */
  read(place: SmallPlace, allocate?: Allocate): Promise<Uint8Array | undefined>
  /** The living bodies of a segment. Undefined when it does not exist, or no longer. */
  living(name: SegmentName): Promise<readonly SmallBody[] | undefined>
  /** Removes bodies, and the segments that have no others. */
  remove(places: readonly SmallPlace[]): Promise<void>
  /** Removes all segments of which most is dead. Goes on when one fails, and rejects with the first failure. */
  reclaimAll(): Promise<void>
  /** Wait for the appended bodies first. */
  close(): Promise<void>
}

export function createSegments(options: SegmentsOptions): Segments {
  const { dataDir, shared } = options
  const pathOf = ({ shard, run }: SegmentName) => join(dataDir, shard, segmentFile(run))
  /** The bytes of a segment that this process has removed, by its run. */
  const removedBytes = new Map<string, number>()
  const open = createOpenSegments({ most: shared ? 0 : MAX_OPEN })
  const reclaim = { ...options, removeWith: open.removeWith }
  const writer = createSegmentWriter({ ...options, onComplete: reclaimIfDead })

  async function removeFrom(name: SegmentName, places: readonly SmallPlace[]): Promise<void> {
    const result = await removeSmall(pathOf(name), places, shared)
    if (result === undefined) return
    open.marked(name.run, result.marked)
    if (removedBytes.size >= MAX_COUNTED) removedBytes.clear()
    removedBytes.set(name.run, (removedBytes.get(name.run) ?? 0) + result.removed)
    if (!writer.isWriting(name.run)) await reclaimIfDead(name, result.size)
  }

  /** What lives in a segment is moved hourly: much of it may be dead by then. */
  async function reclaimIfDead(name: SegmentName, size: number): Promise<void> {
    if ((removedBytes.get(name.run) ?? 0) < (size - PAGE_BYTES) * NEARLY_DEAD) return
    if (await reclaimSegment(reclaim, name, isDead)) removedBytes.delete(name.run)
  }

  return {
    append: writer.append,
    read: (place, allocate) => open.read(pathOf(place), place, allocate),
    living: (name) => livingBodies(pathOf(name), name.run),

    async remove(places) {
      for (const those of Map.groupBy(places, pathOf).values()) await removeFrom(those[0] as SmallPlace, those)
    },

    async reclaimAll() {
      const failures: unknown[] = []
      for (const shard of (await readdir(dataDir)).filter(isNumberedShard)) {
        for (const run of (await readdir(join(dataDir, shard))).map(runOf)) {
          if (run === undefined) continue
          await reclaimSegment(reclaim, { shard, run }, isMostlyDead).catch((error: unknown) => failures.push(error))
        }
      }
      if (failures.length > 0) throw failures[0]
    },

    async close() {
      open.close()
      await writer.close()
    },
  }
}
