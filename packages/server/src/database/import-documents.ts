import type { Readable } from 'node:stream'
import { CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import { type IdentifiedDocument, recordId } from './document-id.ts'
import { sizeOf } from './document-size.ts'
import { caught, type ImportFormat, readDocuments } from './import-readers.ts'
import { STEP_BYTES, STEP_DOCUMENTS } from './memory-limits.ts'
import { type OnExisting, storeDocuments } from './store-documents.ts'
import { TimeSlice } from './time-slice.ts'
import type { WriteOptions } from './write-documents.ts'

/** Problems that are listed. Further ones are only counted. */
const MAX_PROBLEMS = 100
/** After this many failures the import ends: the file is probably the wrong one. */
const MAX_FAILED = 100_000

export interface ImportRequest {
  readonly collection: string
  readonly format: ImportFormat
  readonly existing: OnExisting
  readonly bytes: Readable
  /** Cancels the import between two batches. Stored documents stay. */
  readonly signal?: AbortSignal | undefined
}

export interface ImportProgress {
  /** Documents that were stored. */
  readonly done: number
  /** Documents that could not be stored. */
  readonly failed: number
  /** Documents that were skipped because their `_id` exists. */
  readonly skipped: number
  /** Of the first documents that failed. */
  readonly problems: readonly { readonly line: number; readonly error: CloudsteadError }[]
}

export interface ImportOptions extends WriteOptions {
  /** The server's time in ms, for server dates. */
  readonly now: number
  /** Completes a document for an insert. @throws CloudsteadError when it must not be stored */
  readonly complete: (document: DocumentObject) => IdentifiedDocument
}

interface Pending {
  readonly line: number
  readonly document: IdentifiedDocument
}

/**
 * Stores the documents of a file in batches and yields the progress after each. A document that cannot be stored does not
 * affect the others. Of documents with the same `_id`, each finds the previous one stored.
 *
 * @throws CloudsteadError INVALID_PARAM when the rest of the file cannot be read; stored documents stay
 */
export async function* importDocuments(
  options: ImportOptions,
  { collection, format, existing, bytes, signal }: ImportRequest,
): AsyncGenerator<ImportProgress> {
  const total = { done: 0, failed: 0, skipped: 0, problems: [] as { line: number; error: CloudsteadError }[] }
  const fail = (line: number, error: CloudsteadError) => {
    total.failed += 1
    if (total.problems.length < MAX_PROBLEMS) total.problems.push({ line, error })
    if (total.failed > MAX_FAILED)
      throw new CloudsteadError('INVALID_PARAM', {
        en: `more than ${MAX_FAILED} documents failed`,
        zh: `失败的文档超过 ${MAX_FAILED} 个`,
      })
  }
  let batch = new Batch()
  const store = async () => {
    const { pending } = batch
    batch = new Batch()
    if (pending.length === 0) return
    signal?.throwIfAborted()
    const documents = pending.map(({ document }) => document)
    const outcomes = await storeDocuments(options, collection, documents, existing)
    for (const [at, outcome] of outcomes.entries()) {
      if (outcome === 'stored') total.done += 1
      else if (outcome === 'skipped') total.skipped += 1
      else fail(pending[at]?.line ?? 0, outcome)
    }
  }
  // Documents that fail or are skipped need no commit, so nothing else gives the event loop a turn.
  const slice = new TimeSlice()
  try {
    for await (const { line, document } of readDocuments(bytes, format, options.now)) {
      await slice.pauseIfOver()
      const made = document instanceof CloudsteadError ? document : caught(() => options.complete(document))
      if (made instanceof CloudsteadError) {
        fail(line, made)
        continue
      }
      if (batch.isFull || batch.has(made)) {
        await store()
        yield { ...total }
      }
      batch.add({ line, document: made })
    }
  } catch (error) {
    // The documents before the position of the error are valid.
    await store()
    yield { ...total }
    throw error
  }
  await store()
  yield { ...total }
}

/** Documents that are stored together. Their ids differ. */
class Batch {
  readonly pending: Pending[] = []
  readonly #ids = new Set<string>()
  #bytes = 0

  get isFull(): boolean {
    return this.pending.length >= STEP_DOCUMENTS || this.#bytes >= STEP_BYTES
  }

  has({ _id }: IdentifiedDocument): boolean {
    return this.#ids.has(recordId(_id))
  }

  add(one: Pending): void {
    this.pending.push(one)
    this.#ids.add(recordId(one.document._id))
    this.#bytes += sizeOf(one.document)
  }
}
