import { type Part, PartHashes } from './part-hashes.ts'
import type { S3Client } from './s3-client.ts'
import type { S3Body } from './s3-http.ts'
import { createSpillFile } from './spill-file.ts'

const MiB = 1024 * 1024
/** A body up to this size is sent with one request, a larger one in parts while it arrives. */
const ONE_REQUEST_BYTES = 16 * MiB
const PART_BYTES = 8 * MiB
/** S3 takes no more parts. */
const MAX_PARTS = 10_000
/** Parts of one body that are sent at once. A body of 5 GB must not take the whole network. */
const PARTS_AT_ONCE = 3

export interface LargeBodyOptions {
  readonly client: S3Client
  /** The key of the object; called when the first request needs it. */
  readonly key: () => string
  readonly tempDir: string
  /** The announced length in bytes, if known. */
  readonly length: number | undefined
  /** The maximum length in bytes. */
  readonly limit: number
}

/**
 * A body that is not kept in memory. It goes into a file as fast as it arrives, and from there into the store, so that a
 * request to the store never waits for a slow client.
 */
export interface LargeBody {
  /** Rejects when the file or a part has failed. */
  add(chunks: readonly Uint8Array[]): Promise<void>
  /** Resolves when the object exists. @param sha256 of the whole body, lower-case hex */
  finish(sha256: string): Promise<void>
  /** Ends what is under way, and removes the parts from the store. @param signal gives up */
  discard(signal: AbortSignal): Promise<void>
  /** Removes the file. */
  close(): Promise<void>
}

export async function createLargeBody({ client, key, tempDir, length, limit }: LargeBodyOptions): Promise<LargeBody> {
  const file = await createSpillFile(tempDir)
  const ended = new AbortController()
  const { signal } = ended
  const hashes = new PartHashes(partBytesFor(length ?? limit))
  const waiting: Part[] = []
  const etags: string[] = []
  const sending = new Set<Promise<void>>()
  let parts = 0
  let size = 0
  let isInParts = length !== undefined && length > ONE_REQUEST_BYTES
  let upload: Promise<string> | undefined
  let failure: { readonly error: unknown } | undefined

  function bodyOf({ start, end, sha256 }: Part): S3Body {
    return { size: end - start, sha256, open: () => file.stream(start, end) }
  }

  function startParts(): void {
    while (isInParts && failure === undefined && waiting.length > 0 && sending.size < PARTS_AT_ONCE) {
      const part = waiting.shift() as Part
      const sent = sendPart(part, ++parts)
        .catch((error) => {
          failure ??= { error }
        })
        .finally(() => {
          sending.delete(sent)
          startParts()
        })
      sending.add(sent)
    }
  }

  async function sendPart(part: Part, number: number): Promise<void> {
    await file.written()
    upload ??= client.startUpload(key(), { signal })
    etags[number - 1] = await client.putPart(key(), await upload, number, bodyOf(part), { signal })
  }

  async function sendWhole(sha256: string): Promise<void> {
    await file.written()
    await client.put(key(), bodyOf({ start: 0, end: size, sha256 }), { signal })
  }

  async function completeParts(): Promise<void> {
    const last = hashes.last()
    if (last !== undefined) waiting.push(last)
    startParts()
    while (sending.size > 0) await Promise.all(sending)
    if (failure !== undefined) throw failure.error
    await client.completeUpload(key(), (await upload) ?? '', etags, size)
  }

  return {
    async add(chunks) {
      if (failure !== undefined) throw failure.error
      await file.append(chunks)
      size += chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
      isInParts ||= size > ONE_REQUEST_BYTES
      // A body that goes with one request needs no hashes of parts.
      if (isInParts || length === undefined) waiting.push(...hashes.add(chunks))
      startParts()
    },

    finish: (sha256) => (isInParts ? completeParts() : sendWhole(sha256)),

    async discard(patience) {
      failure ??= { error: new Error('the write has been given up') }
      ended.abort()
      await Promise.all(sending)
      if (upload !== undefined) await client.abortUpload(key(), await upload, { signal: patience })
    },

    async close() {
      await Promise.all(sending)
      await file.close()
    },
  }
}

function partBytesFor(length: number): number {
  return Math.max(PART_BYTES, Math.ceil(length / MAX_PARTS / MiB) * MiB)
}
