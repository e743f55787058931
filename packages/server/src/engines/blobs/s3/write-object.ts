import { BlobsUnavailableError, type WriteOptions, type WrittenBlob } from '../blobs.ts'
import { createBodyCheck } from '../body-check.ts'
import { ChunkBatch } from '../chunk-batch.ts'
import { createLargeBody, type LargeBody } from './large-body.ts'
import type { S3Client } from './s3-client.ts'

const MiB = 1024 * 1024
/** A body up to this size stays in memory until it is sent. */
const IN_MEMORY_BYTES = MiB
/** The bytes of all such bodies. Above it, the next chunk of a body moves the body into a file. */
const ALL_IN_MEMORY_BYTES = 64 * MiB
/** The bytes that are written into a file at once. */
const BATCH_BYTES = MiB / 4
/** The time for removing what a failed write left in the store, in ms. The failure is reported only then. */
const CLEAN_UP_MS = 3_000

export interface ObjectWriterOptions {
  readonly client: S3Client
  /** For the files of large bodies. */
  readonly tempDir: string
}

/** Where a body goes. */
interface Target {
  /** The key of the object; called when the first request needs it, and the same each time. */
  key(): string
  /** Nothing else can be under the key, so what a failed write may have left there can be removed. */
  readonly isNew: boolean
}

export type ObjectWriter = (
  source: AsyncIterable<Uint8Array>,
  options: WriteOptions,
  target: Target,
) => Promise<Omit<WrittenBlob, 'id'>>

/** Makes a function that writes objects. The memory that it uses does not depend on the number of slow senders. */
export function createObjectWriter({ client, tempDir }: ObjectWriterOptions): ObjectWriter {
  let inMemory = 0

  return async (source, options, target) => {
    const check = createBodyCheck(options)
    const { length, limit } = options
    const batch = new ChunkBatch()
    let held = 0
    let large: LargeBody | undefined

    /** Notes how many bytes of this body are in memory. */
    function hold(bytes: number): void {
      inMemory += bytes - held
      held = bytes
    }

    async function spill(): Promise<void> {
      large ??= await createLargeBody({ client, key: target.key, tempDir, length, limit })
      const chunks = batch.take()
      await large.add(chunks)
      hold(0)
      check.hash(chunks)
    }

    async function discard(error: unknown): Promise<void> {
      const signal = AbortSignal.timeout(CLEAN_UP_MS)
      const isUnknown = error instanceof BlobsUnavailableError && target.isNew
      const removed = isUnknown ? client.remove([target.key()], { signal }) : undefined
      await Promise.allSettled([large?.discard(signal), removed])
    }

    try {
      for await (const chunk of source) {
        check.count(chunk)
        batch.add(chunk)
        hold(batch.size)
        const isSmall = batch.size <= IN_MEMORY_BYTES && inMemory <= ALL_IN_MEMORY_BYTES
        if (batch.size > 0 && (large === undefined ? !isSmall : batch.size > BATCH_BYTES)) await spill()
      }
      check.end()
      if (large === undefined) {
        const chunks = batch.take()
        check.hash(chunks)
        const written = check.result()
        await client.put(target.key(), { size: written.size, sha256: written.sha256, open: () => chunks })
        return written
      }
      if (batch.size > 0) await spill()
      const written = check.result()
      await large.finish(written.sha256)
      return written
    } catch (error) {
      await discard(error)
      throw error
    } finally {
      hold(0)
      await large?.close()
    }
  }
}
