import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FIRST_SHARD, isNumberedShard, shardAfter } from '../blob-name.ts'
import { makeDirectory, type OpenDirectory, openDirectory } from './directory-sync.ts'
import { runOf } from './segment-name.ts'

/** One directory of blobs. */
export interface Shard {
  readonly name: string
  readonly path: string
  readonly directory: OpenDirectory
}

/**
 * The shard for new blobs. Concurrent writes go to the same directory, so that one sync covers them all. When the shard is
 * full, the next one is made. A body in a segment counts as a file, so that a listing of a shard stays small.
 */
export interface Shards {
  /** The current shard, with room for one more file. Call `leave` when the file is there. */
  enter(): Promise<Shard>
  /** The same, when that needs no new directory; undefined otherwise. */
  enterNow(): Shard | undefined
  leave(shard: Shard): void
  readonly currentName: string
  close(): Promise<void>
}

interface OwnShard extends Shard {
  files: number
  users: number
}

/** The share of a shard that an earlier segment counts for: its bodies are not counted one by one when the shard is opened. */
const SEGMENT_SHARE = 1 / 8

/** Opens the newest shard below `dataDir`, or makes the first. Lists the shards, and the files of the newest. */
export async function openShards(dataDir: string, filesPerShard: number): Promise<Shards> {
  const names = (await readdir(dataDir)).filter(isNumberedShard).sort()
  let current = await openShard(names.at(-1) ?? FIRST_SHARD)
  let rolling: Promise<void> | undefined

  async function openShard(name: string): Promise<OwnShard> {
    const path = join(dataDir, name)
    await makeDirectory(path)
    const entries = await readdir(path)
    const segments = entries.filter((entry) => runOf(entry) !== undefined).length
    const files = entries.length + Math.ceil(segments * filesPerShard * SEGMENT_SHARE)
    return { name, path, directory: await openDirectory(path), files, users: 0 }
  }

  async function roll(): Promise<void> {
    const full = current
    current = await openShard(shardAfter(full.name))
    if (full.users === 0) closeQuietly(full)
  }

  function enterNow(): Shard | undefined {
    if (current.files >= filesPerShard) return undefined
    current.files++
    current.users++
    return current
  }

  return {
    async enter() {
      for (;;) {
        const shard = enterNow()
        if (shard !== undefined) return shard
        rolling ??= roll().finally(() => {
          rolling = undefined
        })
        await rolling
      }
    },
    enterNow,
    leave(shard) {
      const own = shard as OwnShard
      own.users--
      if (own !== current && own.users === 0) closeQuietly(own)
    },
    get currentName() {
      return current.name
    },
    close: () => current.directory.close(),
  }
}

/** A failure to close a directory that was only synced does not matter. */
function closeQuietly(shard: Shard): void {
  shard.directory.close().catch(() => {})
}
