import { tmpdir } from 'node:os'
import { blobId, createNames, dayShard, MARK_NAME, placeOf, writtenAtOf } from '../blob-name.ts'
import {
  type BlobId,
  BlobMissingError,
  type Blobs,
  type ListedBlob,
  type ListOptions,
  type WriteOptions,
  type WrittenBlob,
} from '../blobs.ts'
import { checkRange } from '../byte-range.ts'
import { explained } from './open-errors.ts'
import { type ReadObjectOptions, streamObject, wholeObject } from './read-object.ts'
import { createS3Client, MAX_REMOVED } from './s3-client.ts'
import { DEFAULT_LIMITS, type S3Limits } from './s3-http.ts'
import type { S3Location } from './s3-location.ts'
import type { S3Credentials } from './signature.ts'
import { storeMark } from './store-mark.ts'
import { createObjectWriter } from './write-object.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** No write goes on for so long: the server ends a request after an hour. */
const STALE_MS = DAY_MS
const CHECK_MS = 2_500
/** The seconds for which a direct URL is good. It is fetched at once. */
const DIRECT_SECONDS = 60

export interface S3BlobsOptions {
  readonly location: S3Location
  readonly credentials: S3Credentials
  /**
   * A directory for the bodies above 1 MiB that have not arrived in the store yet (default: that of the system). It needs
   * room for the largest body times the number of uploads at once.
   */
  readonly tempDir?: string
  /** For tests. */
  readonly limits?: Partial<S3Limits>
}

/**
 * Blobs as objects of a bucket: `PREFIX/<id>`, and `PREFIX/cloudstead.json` is the mark of the store. Any number of processes
 * may have it open. Rejects with one line when the store cannot be reached, has no such bucket or refuses the key.
 *
 * A write is durable when the store says so. A failed one removes its parts from the store, and what cannot be removed,
 * because the store is away, is left to `removeUnfinished` and to the sweep of blobs that nobody needs.
 *
 * @example
 * const location = parseS3Url('s3://files/demo?region=us-east-1')
 * const blobs = await openS3Blobs({ location, credentials: { accessKeyId, secretAccessKey } })
 */
export async function openS3Blobs(options: S3BlobsOptions): Promise<Blobs> {
  const { location, credentials, tempDir = tmpdir() } = options
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const client = createS3Client({ location, credentials, limits })
  const prefix = location.prefix === undefined ? '' : `${location.prefix}/`
  const names = createNames()
  const writeObject = createObjectWriter({ client, tempDir })
  const writing = new Set<Promise<unknown>>()
  let closed: Promise<void> | undefined

  try {
    await client.objects({ prefix, limit: 1 })
  } catch (error) {
    client.close()
    throw explained(error, location)
  }

  function newId(): BlobId {
    const now = Date.now()
    return blobId({ shard: dayShard(now), file: names.nextFile(now) })
  }

  function keyOf(id: BlobId): string | undefined {
    return placeOf(id) && prefix + id
  }

  /** The blob under a key, and the time in its id, in milliseconds since the epoch; undefined when the object is no blob of ours. */
  function blobUnder(key: string): { readonly id: BlobId; readonly named: number } | undefined {
    if (!key.startsWith(prefix)) return undefined
    const id = key.slice(prefix.length) as BlobId
    const named = writtenAtOf(placeOf(id)?.file ?? '')
    return named === undefined ? undefined : { id, named }
  }

  function readerOf(id: BlobId): ReadObjectOptions {
    const key = keyOf(id)
    if (key === undefined) throw new BlobMissingError('there is no such blob')
    return { client, key, stallMs: limits.stallMs }
  }

  async function write(source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<WrittenBlob> {
    let { id } = options
    if (id !== undefined && keyOf(id) === undefined) throw new RangeError('that is no id of a blob')
    const target = {
      isNew: id === undefined,
      key() {
        id ??= newId()
        return prefix + id
      },
    }
    const written = await writeObject(source, options, target)
    return { id: id as BlobId, ...written }
  }

  async function* list({ after = '' as BlobId, since }: ListOptions): AsyncGenerator<ListedBlob> {
    // Ids begin with the day of the writing, in UTC.
    const firstDay = since === undefined ? '' : dayShard(Math.max(0, since - DAY_MS))
    const place = keyOf(after) === undefined || after < firstDay ? firstDay : after
    let from = place === '' ? undefined : prefix + place
    for (;;) {
      const { objects, more } = await client.objects({ prefix, after: from })
      for (const { key, modified } of objects) {
        const blob = blobUnder(key)
        // The store may date an object when its first part came, and an id has the time of the machine that made it.
        if (blob && blob.id > after) yield { id: blob.id, writtenAt: Math.max(blob.named, modified) }
      }
      const last = objects.at(-1)?.key
      if (!more || last === undefined) return
      if (from !== undefined && last <= from) throw new Error('the S3 store lists the same objects again and again')
      from = last
    }
  }

  async function close(): Promise<void> {
    await Promise.allSettled(writing)
    client.close()
  }

  const { redirect } = location
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
      if (range) checkRange(range)
      return streamObject(readerOf(id), range)
    },

    readAll: async (id) => wholeObject(readerOf(id)),

    ...(redirect !== undefined && {
      directUrl(id, size, headers) {
        const key = keyOf(id)
        if (key === undefined || size <= redirect) return undefined
        const query = {
          'response-cache-control': headers.cacheControl,
          'response-content-disposition': headers.contentDisposition,
          'response-content-type': headers.contentType,
        }
        return client.presigned(key, query, DIRECT_SECONDS)
      },
    }),

    async remove(ids) {
      const keys = [...new Set(ids.map(keyOf).filter((key) => key !== undefined))]
      for (let at = 0; at < keys.length; at += MAX_REMOVED) await client.remove(keys.slice(at, at + MAX_REMOVED))
    },

    list: (options = {}) => list(options),

    exclusiveSince: undefined,

    async removeUnfinished() {
      const before = Date.now() - STALE_MS
      for (let page = await client.uploads(prefix); ; page = await client.uploads(prefix, page.next)) {
        for (const { key, uploadId, initiated } of page.uploads) {
          if (blobUnder(key) && initiated < before) await client.abortUpload(key, uploadId)
        }
        if (page.next === undefined) return
      }
    },

    mark: (text) => storeMark(client, prefix + MARK_NAME, text),

    async check() {
      await client.objects({ prefix, limit: 1, signal: AbortSignal.timeout(CHECK_MS) })
    },

    close: () => (closed ??= close()),
  }
}
