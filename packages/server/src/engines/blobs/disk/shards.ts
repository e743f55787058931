import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FIRST_SHARD, isNumberedShard, shardAfter } from '../blob-name.ts'
import { makeDirectory, type OpenDirectory, openDirectory } from './directory-sync.ts'

/** One directory of blobs. */
interface Shard {
  readonly name: string
  readonly path: string
  readonly directory: OpenDirectory
}

/**
 * The shard for new blobs. Concurrent writes go to the same directory, so that one sync covers them all. When the shard is
 * full, the next one is made.
 */
export interface Shards {
  /** The current shard, with room for one more file. Call `leave` when the file is there. */
  enter(): Promise<Shard>
  leave(shard: Shard): void
  readonly currentName: string
  close(): Promise<void>
}

interface OwnShard extends Shard {
  files: number
  users: number
}

/** Opens the newest shard below `dataDir`, or makes the first. Lists the shards, and the files of the newest. */
export async function openShards(dataDir: string, filesPerShard: number): Promise<Shards> {
  const names = (await readdir(dataDir)).filter(isNumberedShard).sort()
  let current = await openShard(names.at(-1) ?? FIRST_SHARD)
  let rolling: Promise<void> | undefined

  async function openShard(name: string): Promise<OwnShard> {
    const path = join(dataDir, name)
    await makeDirectory(path)
    const files = (await readdir(path)).length
    return { name, path, directory: await openDirectory(path), files, users: 0 }
  }

  async function roll(): Promise<void> {
    const full = current
    current = await openShard(shardAfter(full.name))
    if (full.users === 0) closeQuietly(full)
  }

  return {
    async enter() {
      while (current.files >= filesPerShard) {
        rolling ??= roll().finally(() => {
          rolling = undefined
        })
        await rolling
      }
      const shard = current
      shard.files++
      shard.users++
      return shard
    },
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
