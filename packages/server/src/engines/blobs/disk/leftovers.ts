import { readdir, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isNumberedShard, isTempName } from '../blob-name.ts'
import { isMissing, unlinkIfThere } from '../files.ts'
import { claimedSegment, segmentFile } from './segment-name.ts'
import { recoverSegment } from './segment-recovery.ts'

/**
 * The process of a write that has added nothing to its file for this long has ended: the server closes a silent connection
 * after minutes, and ends a request after an hour.
 */
const STALE_MS = 24 * 60 * 60 * 1000

export interface LeftoversOptions {
  readonly tempDir: string
  readonly dataDir: string
  /** The shard for new blobs. Later ones belong to other processes. */
  readonly currentShard: string
  /** No other process has the directories open. */
  readonly exclusive: boolean
}

/**
 * Removes what ended processes left behind: the temporary files of unfinished writes, and earlier shards without blobs. It
 * completes the segments that they wrote. When other processes may write, only temporary files count that are a day old,
 * which no running write can own. Files that are not the engine's own stay.
 */
export async function removeLeftovers(options: LeftoversOptions): Promise<void> {
  const { tempDir, dataDir, currentShard, exclusive } = options
  for (const name of (await readdir(tempDir)).filter(isTempName)) {
    const path = join(tempDir, name)
    if (!exclusive && !(await isStale(path))) continue
    const claimed = claimedSegment(name)
    if (claimed) await recoverSegment(join(dataDir, claimed.shard, segmentFile(claimed.run)), claimed.run)
    await unlinkIfThere(path)
  }
  if (!exclusive) return
  for (const shard of (await readdir(dataDir)).filter(isNumberedShard)) {
    if (shard < currentShard) await removeIfEmpty(join(dataDir, shard))
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > STALE_MS
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

async function removeIfEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error
  }
}
