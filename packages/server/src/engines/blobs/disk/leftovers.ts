import { readdir, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isShardName, isTempName } from './blob-name.ts'
import { isMissing, unlinkIfThere } from './files.ts'

/**
 * A write that has added nothing to its file for so long has no process any more: a sender that is silent is cut off after
 * minutes, and a request ends within hours.
 */
const STALE_MS = 24 * 60 * 60 * 1000

export interface LeftoversOptions {
  readonly tempDir: string
  readonly dataDir: string
  /** The shard that takes new blobs; later ones belong to other processes. */
  readonly currentShard: string
  /** No other process has the directories open. */
  readonly exclusive: boolean
}

/**
 * Removes what processes that have ended left behind: temporary files of writes that were cut off, and full shards from
 * which every blob has been removed. Where other processes may write, only what no running write can own: temporary files
 * that are a day old. Files that are not the engine's are left alone.
 */
export async function removeLeftovers(options: LeftoversOptions): Promise<void> {
  const { tempDir, dataDir, currentShard, exclusive } = options
  for (const name of (await readdir(tempDir)).filter(isTempName)) {
    const path = join(tempDir, name)
    if (exclusive || (await isStale(path))) await unlinkIfThere(path)
  }
  if (!exclusive) return
  for (const shard of (await readdir(dataDir)).filter(isShardName)) {
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
