import { join } from 'node:path'
import { close, open, rename, unlinkIfThere } from '../files.ts'
import { CREATE, OWNER_ONLY } from './create-flags.ts'
import { syncDirectory } from './directory-sync.ts'
import type { SmallBody } from './segment-format.ts'
import { claimName, type SegmentName, segmentFile, smallFile } from './segment-name.ts'
import { type SegmentReader, withSegment } from './segment-reader.ts'
import { createTempFile } from './temp-file.ts'

/** What a file takes in addition to its bytes, roughly: half a block, an inode, an entry of a directory. */
const FILE_COST_BYTES = 4096

/** The points at which tests make it crash: all that lives has been copied; the segment is gone. */
export type ReclaimPoint = 'afterCopies' | 'afterSegmentRemoved'

export interface ReclaimOptions {
  readonly tempDir: string
  readonly dataDir: string
  /** A new name for a temporary file. */
  readonly nextTemp: () => string
  /** Removes a segment with `remove`, and forgets what is remembered of it. */
  readonly removeWith: (name: SegmentName, remove: () => Promise<void>) => Promise<void>
  readonly hooks?: { at(point: ReclaimPoint): void | Promise<void> } | undefined
}

/** Whether it is time to remove a segment of so many bytes with these living bodies. */
type Judge = (living: readonly SmallBody[], size: number) => boolean

/** Nothing lives. */
export const isDead: Judge = (living) => living.length === 0

/** What lives would take less than half of the segment's bytes as files; or nothing lives. */
export const isMostlyDead: Judge = (living, size) =>
  living.length === 0 || living.reduce((sum, { length }) => sum + length + FILE_COST_BYTES, 0) * 2 <= size

/**
 * Removes a segment when it is time. What lives becomes files, with the names that its ids have. Readers look for the file
 * where they do not find the segment, and those that have the segment open go on reading it. Does nothing when the segment is
 * being written, or another process does the same. A crash leaves the segment, or the files, or both.
 *
 * @returns whether this call removed it
 */
export async function reclaimSegment(options: ReclaimOptions, name: SegmentName, judge: Judge): Promise<boolean> {
  const path = join(options.dataDir, name.shard, segmentFile(name.run))
  if (!(await withSegment(path, name.run, async (segment) => (await livingIfDue(segment, judge)) !== undefined))) {
    return false
  }
  const claim = join(options.tempDir, claimName(name))
  if (!(await makeClaim(claim))) return false
  try {
    const done = await withSegment(path, name.run, async (segment) => {
      const living = await livingIfDue(segment, judge)
      if (living === undefined) return false
      if (living.length > 0) await moveOut(options, name, segment, living)
      await options.removeWith(name, () => unlinkIfThere(path))
      if (options.hooks) await options.hooks.at('afterSegmentRemoved')
      return true
    })
    return done === true
  } finally {
    await unlinkIfThere(claim)
  }
}

/** False when somebody else has it. */
async function makeClaim(path: string): Promise<boolean> {
  try {
    await close(await open(path, CREATE, OWNER_ONLY))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** What lives in a complete segment; undefined when it is not yet time to remove it. */
async function livingIfDue(segment: SegmentReader, judge: Judge): Promise<readonly SmallBody[] | undefined> {
  const bodies = await segment.indexed()
  if (bodies === undefined) return undefined
  const isMarked = await segment.deadNow()
  const living = bodies.filter((_, number) => !isMarked(number))
  return judge(living, await segment.size()) ? living : undefined
}

/** Copies bodies into files. Those that are removed meanwhile go again: who removed them may have come before the file. */
async function moveOut(
  options: ReclaimOptions,
  { shard, run }: SegmentName,
  segment: SegmentReader,
  living: readonly SmallBody[],
): Promise<void> {
  const directory = join(options.dataDir, shard)
  const copied: { readonly number: number; readonly path: string }[] = []
  for (const body of living) {
    const path = join(directory, smallFile(run, body))
    copied.push({ number: await copyOut(options, segment, body, path), path })
  }
  await syncDirectory(directory)
  if (options.hooks) await options.hooks.at('afterCopies')
  // Opened again: a network file system shows then what others have closed before.
  await withSegment(join(directory, segmentFile(run)), run, async (now) => {
    const isMarked = await now.deadNow()
    for (const { number, path } of copied) if (isMarked(number)) await unlinkIfThere(path)
  })
}

/** Copies a body into a file whose bytes survive a power loss. Returns the number of the body. */
async function copyOut(
  { tempDir, nextTemp }: ReclaimOptions,
  segment: SegmentReader,
  body: SmallBody,
  path: string,
): Promise<number> {
  const found = await segment.body(body)
  if (found === undefined) throw new Error(`a segment does not have the body that its index says: ${path}`)
  const tempPath = join(tempDir, nextTemp())
  const temp = await createTempFile(tempPath, { single: true })
  try {
    await temp.queue([found.bytes])
    await temp.written()
    await temp.sync()
    await rename(tempPath, path)
    return found.header.number
  } catch (error) {
    await temp.discard().catch(() => {})
    throw error
  }
}
