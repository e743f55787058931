import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
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
import { blobId, createNames, isShardName, placeOf, writtenAtOf } from './blob-name.ts'
import { ChunkBatch } from './chunk-batch.ts'
import { makeDirectory, syncDirectory } from './directory-sync.ts'
import { isMissing, rename, unlinkIfThere } from './files.ts'
import { removeLeftovers } from './leftovers.ts'
import { streamFile, wholeFile } from './read-file.ts'
import { openShards } from './shards.ts'
import { createTempFile, type TempFile } from './temp-file.ts'

/** Bytes collected for one write. Bodies up to this size are written with one call, larger ones in batches of it. */
const BATCH_BYTES = 1024 * 1024
/** Blobs in one directory: few enough to list at once, many enough that a new directory is rare. */
const FILES_PER_SHARD = 4096
/** Files removed at a time, so that a large sweep leaves the thread pool to the readers. */
const PARALLEL_REMOVES = 8

/** The instants of a write at which a crash is interesting, in order. */
export type CrashPoint = 'afterTempWrite' | 'afterDatasync' | 'afterRename' | 'afterDirectorySync'

export interface DiskBlobsOptions {
  /** Made when missing. Everything lies below it, on one filesystem, for nobody but its owner. */
  readonly dir: string
  /**
   * That no other process has the directory open, and none opens it while this one has: the caller holds a lock. Then what
   * a killed process left unfinished goes when the engine is opened, else only when it is a day old. Default false.
   */
  readonly exclusive?: boolean
  readonly filesPerShard?: number
  /** For tests: called at each instant; may throw or kill the process. */
  readonly hooks?: { at(point: CrashPoint): void | Promise<void> }
}

/**
 * Blobs as files: `dir/tmp/` holds what is being written, `dir/data/<shard>/<file>` what was.
 * A write is temp file, datasync, rename, directory sync; each step's promise is kept before the next begins.
 * `close` waits for the writes in flight, so end their sources first.
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
  // A former run may have been killed between making a directory and syncing the entry that names it.
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
      // Hashing while the disk is at its slow step (a single write syncs too), and not while the body comes in, is worth
      // a fifth of the small uploads per second.
      if (single) check.hash(last)
      await temp.written()
      if (hooks) await hooks.at('afterTempWrite')
      const synced = temp.sync()
      if (!single) check.hash(last)
      await synced
      if (hooks) await hooks.at('afterDatasync')
      return { id: await publish(tempPath), ...check.result() }
    } catch (error) {
      // What made the write fail is the news; that a full or broken disk also refuses the clean-up is not.
      await temp?.discard().catch(() => {})
      throw error
    }
  }

  async function publish(tempPath: string): Promise<BlobId> {
    const shard = await shards.enter()
    try {
      // Not before the opening, even when the clock is set back: `exclusiveSince` promises it.
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

    async read(id, range) {
      return streamFile(existingPathOf(id), range)
    },

    async readAll(id) {
      return wholeFile(existingPathOf(id))
    },

    // Without a sync: a removal that a power loss undoes leaves an orphan, which the sweep finds again.
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
