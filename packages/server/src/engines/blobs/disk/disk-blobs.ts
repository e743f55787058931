import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { blobId, createNames, isShardName, placeOf, writtenAtOf } from '../blob-name.ts'
import {
  type BlobId,
  BlobMissingError,
  type Blobs,
  type ListedBlob,
  type ListOptions,
  type WriteOptions,
  type WrittenBlob,
} from '../blobs.ts'
import { createBodyCheck } from '../body-check.ts'
import { ChunkBatch } from '../chunk-batch.ts'
import { isMissing, isThere, rename, unlinkIfThere } from '../files.ts'
import { makeDirectory, syncDirectory } from './directory-sync.ts'
import { removeLeftovers } from './leftovers.ts'
import { storeMark } from './mark.ts'
import { streamFile, wholeFile } from './read-file.ts'
import { openShards } from './shards.ts'
import { createTempFile, type TempFile } from './temp-file.ts'

/** The bytes of one write. A body up to this size is written with one call, a larger one in batches of this size. */
const BATCH_BYTES = 1024 * 1024
/** The blobs in one directory: few enough to list at once, and enough to make new directories rare. */
const FILES_PER_SHARD = 4096
/** Files that are removed concurrently: few, so that a large sweep does not fill the thread pool. */
const PARALLEL_REMOVES = 8

/** The points of a write at which tests make it crash, in order. */
export type CrashPoint = 'afterTempWrite' | 'afterDatasync' | 'afterRename' | 'afterDirectorySync'

export interface DiskBlobsOptions {
  /** Created if missing. All files are below it, on one filesystem, accessible to their owner only. */
  readonly dir: string
  /**
   * True when the caller holds a lock, so that no other process has the directory open or opens it. Opening the engine then
   * removes all unfinished writes of a killed process; otherwise only those that are a day old. Default false.
   */
  readonly exclusive?: boolean
  readonly filesPerShard?: number
  /** For tests: called at each point; may throw or kill the process. */
  readonly hooks?: { at(point: CrashPoint): void | Promise<void> }
}

/**
 * Blobs as files. `dir/cloudstead.json` is the mark of the store, `dir/tmp/` holds unfinished writes, `dir/data/<shard>/<file>` the blobs. The steps of a write are: temp
 * file, datasync, rename, directory sync. Each step is complete before the next begins. `close` waits for the writes that
 * are in progress, so end their sources first.
 */
export async function openDiskBlobs({
  dir,
  exclusive = false,
  filesPerShard = FILES_PER_SHARD,
  hooks,
}: DiskBlobsOptions): Promise<Blobs> {
  const openedAt = Date.now()
  const tempDir = join(dir, 'tmp')
  const dataDir = join(dir, 'data')
  await makeDirectory(tempDir)
  await makeDirectory(dataDir)
  const shards = await openShards(dataDir, filesPerShard)
  // An earlier process may have been killed between making a directory and syncing its entry.
  await syncDirectory(dir)
  await syncDirectory(dataDir)
  await removeLeftovers({ tempDir, dataDir, currentShard: shards.currentName, exclusive })
  const names = createNames()
  const writing = new Set<Promise<unknown>>()
  let closed = false

  async function write(source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<WrittenBlob> {
    const check = createBodyCheck(options)
    const tempPath = join(tempDir, names.nextTemp())
    let temp: TempFile | undefined
    try {
      const batch = new ChunkBatch()
      for await (const chunk of source) {
        check.count(chunk)
        batch.add(chunk)
        if (batch.size <= BATCH_BYTES) continue
        temp ??= await createTempFile(tempPath, { single: false })
        const chunks = batch.take()
        await temp.queue(chunks)
        check.hash(chunks)
      }
      check.end()
      const last = batch.take()
      const single = temp === undefined
      temp ??= await createTempFile(tempPath, { single: true })
      await temp.queue(last)
      // Hash during the slow step of the disk (a single write also syncs), not while the body arrives: 20 % more small
      // uploads per second.
      if (single) check.hash(last)
      await temp.written()
      if (hooks) await hooks.at('afterTempWrite')
      const synced = temp.sync()
      if (!single) check.hash(last)
      await synced
      if (hooks) await hooks.at('afterDatasync')
      const id = options.id === undefined ? await publish(tempPath) : await publishAs(options.id, tempPath)
      return { id, ...check.result() }
    } catch (error) {
      // Report why the write failed, not that a full or broken disk also refuses the clean-up.
      await temp?.discard().catch(() => {})
      throw error
    }
  }

  async function publish(tempPath: string): Promise<BlobId> {
    const shard = await shards.enter()
    try {
      // Never dated before the opening, even when the clock is set back: `exclusiveSince` promises it.
      const file = names.nextFile(Math.max(Date.now(), openedAt))
      const path = join(shard.path, file)
      await rename(tempPath, path)
      try {
        if (hooks) await hooks.at('afterRename')
        await shard.directory.sync()
        if (hooks) await hooks.at('afterDirectorySync')
      } catch (error) {
        await unlinkIfThere(path).catch(() => {})
        throw error
      }
      return blobId({ shard: shard.name, file })
    } finally {
      shards.leave(shard)
    }
  }

  /** Writes of given ids are rare, so nothing is shared between them. */
  async function publishAs(id: BlobId, tempPath: string): Promise<BlobId> {
    const path = pathOf(id)
    if (path === undefined) throw new RangeError(`${id} is no id of a blob`)
    await makeDirectory(dirname(path))
    await rename(tempPath, path)
    await syncDirectory(dirname(path))
    return id
  }

  function pathOf(id: BlobId): string | undefined {
    const place = placeOf(id)
    return place && join(dataDir, place.shard, place.file)
  }

  function existingPathOf(id: BlobId): string {
    const path = pathOf(id)
    if (path === undefined) throw new BlobMissingError('there is no such blob')
    return path
  }

  return {
    async write(source, options) {
      if (closed) throw new Error('the blob store is closed')
      const written = write(source, options)
      writing.add(written)
      try {
        return await written
      } finally {
        writing.delete(written)
      }
    },

    async read(id, range, options) {
      return streamFile(existingPathOf(id), range, options)
    },

    async readAll(id) {
      return wholeFile(existingPathOf(id))
    },

    async filePath(id) {
      const place = placeOf(id)
      return place && (await isThere(join(dataDir, place.shard, place.file)))
        ? `${place.shard}/${place.file}`
        : undefined
    },

    // No sync: a removal that a power loss undoes leaves an orphan, which the sweep removes.
    async remove(ids) {
      const paths = ids.map(pathOf).filter((path) => path !== undefined)
      for (let at = 0; at < paths.length; at += PARALLEL_REMOVES) {
        await Promise.all(paths.slice(at, at + PARALLEL_REMOVES).map(unlinkIfThere))
      }
    },

    async *list({ after = '' as BlobId }: ListOptions = {}): AsyncIterable<ListedBlob> {
      for (const shard of (await readdir(dataDir)).filter(isShardName).sort()) {
        if (shard < after.slice(0, shard.length)) continue
        for (const file of (await filesIn(join(dataDir, shard))).sort()) {
          const writtenAt = writtenAtOf(file)
          const id = blobId({ shard, file })
          if (writtenAt !== undefined && id > after) yield { id, writtenAt }
        }
      }
    },

    exclusiveSince: exclusive ? openedAt : undefined,

    removeUnfinished: () => removeLeftovers({ tempDir, dataDir, currentShard: shards.currentName, exclusive: false }),

    mark: (text) => storeMark(dir, text),

    async check() {
      await readdir(tempDir)
    },

    async close() {
      if (closed) return
      closed = true
      await Promise.allSettled(writing)
      await shards.close()
    },
  }
}

async function filesIn(shard: string): Promise<string[]> {
  try {
    return await readdir(shard)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
