import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
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
import { checkRange } from '../byte-range.ts'
import { ChunkBatch } from '../chunk-batch.ts'
import { isMissing, isThere, rename, unlinkIfThere } from '../files.ts'
import { freeMemory } from '../free-memory.ts'
import type { Allocate } from '../recycled-memory.ts'
import { makeDirectory, syncDirectory } from './directory-sync.ts'
import { removeLeftovers } from './leftovers.ts'
import { storeMark } from './mark.ts'
import { streamFile, wholeFile } from './read-file.ts'
import { runOf, smallFile, smallPlaceOf } from './segment-name.ts'
import type { ReclaimPoint } from './segment-reclaim.ts'
import type { SegmentPoint } from './segment-writer.ts'
import { createSegments } from './segments.ts'
import { openShards } from './shards.ts'
import { createTempFile, type TempFile } from './temp-file.ts'

/** The bytes of one write. A body up to this size is written with one call, a larger one in batches of this size. */
const BATCH_BYTES = 1024 * 1024
/** The blobs in one directory: few enough to list at once, and enough to make new directories rare. */
const FILES_PER_SHARD = 4096
/** Files that are removed concurrently: few, so that a large sweep does not fill the thread pool. */
const PARALLEL_REMOVES = 8
/**
 * Bodies up to this length go into segments. Larger ones are files: a proxy can send those (see `largeFilePath` in storage),
 * and few of them come at once.
 */
const SMALL_BODY_BYTES = 256 * 1024

/**
 * How long a list waits for a directory in which a segment becomes files, in tries and the pause between them: a network
 * file system may show a directory as it was a minute ago.
 */
const LIST_TRIES = 1000
const LIST_PAUSE_MS = 100

/** The points of a write of a file at which tests make it crash, in order; and those of segments. */
export type CrashPoint =
  | 'afterTempWrite'
  | 'afterDatasync'
  | 'afterRename'
  | 'afterDirectorySync'
  | SegmentPoint
  | ReclaimPoint

export interface DiskBlobsOptions {
  /** Created if missing. All files are below it, on one filesystem, accessible to their owner only. */
  readonly dir: string
  /**
   * True when the caller holds a lock, so that no other process has the directory open or opens it. Opening the engine then
   * removes all unfinished writes of a killed process; otherwise only those that are a day old. Segments stay open between
   * reads. Default false.
   */
  readonly exclusive?: boolean
  readonly filesPerShard?: number
  /** For tests: false makes every body a file, as all were that earlier versions wrote. Default true. */
  readonly useSegments?: boolean
  /** For tests: called at each point; may throw or kill the process. */
  readonly hooks?: { at(point: CrashPoint): void | Promise<void> }
}

/**
 * Blobs on disk. `dir/cloudstead.json` is the mark of the store, `dir/tmp/` holds unfinished writes. A large blob is the file
 * `dir/data/<shard>/<file>`. The steps of its write are: temp file, datasync, rename, directory sync. Each step is complete
 * before the next begins. Small blobs share segments, `dir/data/<shard>/<run>.segment`: those of one moment are appended with
 * one synced write. `close` waits for the writes that are in progress, so end their sources first.
 */
export async function openDiskBlobs({
  dir,
  exclusive = false,
  filesPerShard = FILES_PER_SHARD,
  useSegments = true,
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
  // Never dated before the opening, even when the clock is set back: `exclusiveSince` promises it.
  const now = () => Math.max(Date.now(), openedAt)
  const segments = createSegments({
    tempDir,
    dataDir,
    shards,
    now,
    nextTemp: names.nextTemp,
    shared: !exclusive,
    hooks,
  })
  const writing = new Set<Promise<unknown>>()
  let closed = false

  async function write(source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<WrittenBlob> {
    const check = createBodyCheck(options)
    const free = options.disposable ? freeMemory : () => {}
    const tempPath = join(tempDir, names.nextTemp())
    let temp: TempFile | undefined
    try {
      const batch = new ChunkBatch()
      /** What was hashed and may still be being written. */
      let hashed: Uint8Array[] = []
      for await (const chunk of source) {
        check.count(chunk)
        batch.add(chunk)
        if (batch.size <= BATCH_BYTES) continue
        temp ??= await createTempFile(tempPath, { single: false })
        const chunks = batch.take()
        await temp.queue(chunks)
        free(hashed)
        check.hash(chunks)
        hashed = chunks
      }
      check.end()
      const { size } = batch
      const last = batch.take()
      const single = temp === undefined
      if (useSegments && single && size <= SMALL_BODY_BYTES && options.id === undefined) {
        const appended = segments.append(last, size)
        check.hash(last)
        const id = await appended
        free(last)
        return { id, ...check.result() }
      }
      temp ??= await createTempFile(tempPath, { single: true })
      await temp.queue(last)
      free(hashed)
      // Hash during the slow step of the disk (a single write also syncs), not while the body arrives: 20 % more small
      // uploads per second.
      if (single) check.hash(last)
      await temp.written()
      if (hooks) await hooks.at('afterTempWrite')
      const synced = temp.sync()
      if (!single) check.hash(last)
      await synced
      free(last)
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
      const file = names.nextFile(now())
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

  /** A blob that is in a segment. */
  async function readSmall(id: BlobId, allocate?: Allocate): Promise<Uint8Array | undefined> {
    const place = smallPlaceOf(id)
    return place && segments.read(place, allocate)
  }

  /** The living blobs of a shard, by the `file` of their ids, with the time of their writing. */
  async function blobsIn(shard: string): Promise<Map<string, number>> {
    for (let tries = 0; tries < LIST_TRIES; tries++) {
      if (tries > 0) await setTimeout(LIST_PAUSE_MS)
      const found = await blobsUnlessMoved(shard)
      if (found !== undefined) return found
    }
    throw new Error(`the blobs of ${shard} cannot be listed: a segment is there and is not`)
  }

  /** Undefined when a segment has gone since the directory was read: what lived in it has become files. */
  async function blobsUnlessMoved(shard: string): Promise<Map<string, number> | undefined> {
    const found = new Map<string, number>()
    for (const name of await filesIn(join(dataDir, shard))) {
      const writtenAt = writtenAtOf(name)
      if (writtenAt !== undefined) found.set(name, writtenAt)
      const run = runOf(name)
      if (run === undefined) continue
      const living = await segments.living({ shard, run })
      if (living === undefined) return undefined
      for (const body of living) found.set(smallFile(run, body), body.time)
    }
    return found
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
      if (range) checkRange(range)
      const small = await readSmall(id)
      if (small === undefined) return streamFile(existingPathOf(id), range, options)
      const part = range === undefined ? small : small.subarray(range.start, range.end + 1)
      return Readable.from(part.byteLength === 0 ? [] : [part], { objectMode: false })
    },

    async readAll(id, allocate) {
      return (await readSmall(id, allocate)) ?? wholeFile(existingPathOf(id), allocate)
    },

    async filePath(id) {
      const place = placeOf(id)
      return place && (await isThere(join(dataDir, place.shard, place.file)))
        ? `${place.shard}/${place.file}`
        : undefined
    },

    // No sync: a removal that a power loss undoes leaves an orphan, which the sweep removes. First those in segments, then
    // files: a small blob that becomes a file at this moment is found in one of the two.
    async remove(ids) {
      await segments.remove(ids.map(smallPlaceOf).filter((place) => place !== undefined))
      const paths = ids.map(pathOf).filter((path) => path !== undefined)
      for (let at = 0; at < paths.length; at += PARALLEL_REMOVES) {
        await Promise.all(paths.slice(at, at + PARALLEL_REMOVES).map(unlinkIfThere))
      }
    },

    async *list({ after = '' as BlobId }: ListOptions = {}): AsyncIterable<ListedBlob> {
      for (const shard of (await readdir(dataDir)).filter(isShardName).sort()) {
        if (shard < after.slice(0, shard.length)) continue
        const found = await blobsIn(shard)
        for (const file of [...found.keys()].sort()) {
          const id = blobId({ shard, file })
          if (id > after) yield { id, writtenAt: found.get(file) as number }
        }
      }
    },

    exclusiveSince: exclusive ? openedAt : undefined,

    async removeUnfinished() {
      await removeLeftovers({ tempDir, dataDir, currentShard: shards.currentName, exclusive: false })
      await segments.reclaimAll()
    },

    mark: (text) => storeMark(dir, text),

    async check() {
      await readdir(tempDir)
    },

    async close() {
      if (closed) return
      closed = true
      await Promise.allSettled(writing)
      await segments.close()
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
