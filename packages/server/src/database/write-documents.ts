import { CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import type {
  CommitResult,
  Expectation,
  PutWrite,
  RecordKey,
  Records,
  RecordWrite,
} from '../engines/records/records.ts'
import { CONFLICT, type RetryOptions, retryOnConflict } from '../engines/records/retry.ts'
import type { Collection, Collections } from './collections.ts'
import { type IdentifiedDocument, recordId } from './document-id.ts'
import type { KeyedQueue } from './keyed-queue.ts'
import { StaleVersionError } from './stale-version-error.ts'
import { packDocument } from './stored-document.ts'
import { checkDocumentSize } from './write-checks.ts'

/** What every write of documents needs. */
export interface WriteOptions {
  readonly records: Records
  readonly collections: Collections
  /** Orders the edits of one document by this process. */
  readonly queue: KeyedQueue
}

/**
 * Inserts documents, all or none.
 *
 * @throws CloudsteadError DATABASE_DUPLICATE_WRITE when an `_id` or a unique value exists
 */
export async function insertDocuments(
  options: WriteOptions,
  name: string,
  documents: readonly IdentifiedDocument[],
): Promise<void> {
  const ids = documents.map(({ _id }) => recordId(_id))
  if (new Set(ids).size < ids.length) throw new CloudsteadError('DATABASE_DUPLICATE_WRITE')
  await retryWrite(options, name, async (collection) => {
    const writes: RecordWrite[] = []
    const expectations: Expectation[] = []
    for (const [at, document] of documents.entries()) {
      const key = { space: collection.space, id: ids[at] ?? '' }
      const write = await putOf(options, collection, key, document)
      if (write === CONFLICT) return CONFLICT
      writes.push(write)
      expectations.push({ ...key, version: null })
    }
    const result = await commitWrites(options, collection, writes, expectations)
    if (isAbout(result, collection)) throw new CloudsteadError('DATABASE_DUPLICATE_WRITE')
    return result.done || CONFLICT
  })
}

/**
 * Replaces a document if it still has the given version.
 *
 * @throws StaleVersionError when it has another; CloudsteadError NOT_FOUND, DATABASE_DUPLICATE_WRITE
 */
export async function saveDocument(
  options: WriteOptions,
  name: string,
  document: IdentifiedDocument,
  version: number,
): Promise<void> {
  await retryWrite(options, name, async (collection) => {
    const key = { space: collection.space, id: recordId(document._id) }
    const write = await putOf(options, collection, key, document)
    if (write === CONFLICT) return CONFLICT
    const result = await commitWrites(options, collection, [write], [{ ...key, version }])
    if (isAbout(result, collection)) {
      const [stored] = await options.records.get([key])
      throw stored === undefined ? new CloudsteadError('NOT_FOUND') : new StaleVersionError()
    }
    return result.done || CONFLICT
  })
}

const RETRY: RetryOptions = { exhausted: () => new CloudsteadError('DATABASE_TRANSACTION_CONFLICT') }

/** Opens the collection and runs the attempt, until it does not resolve to CONFLICT. */
export function retryWrite<T>(
  { collections }: WriteOptions,
  name: string,
  attempt: (collection: Collection) => Promise<T | typeof CONFLICT>,
): Promise<T> {
  return retryOnConflict(async () => attempt(await collections.open(name)), RETRY)
}

/**
 * The write that stores a document; CONFLICT when the collection must be opened again.
 *
 * @throws CloudsteadError INVALID_PARAM when it is too large, DATABASE_REQUEST_FAILED when a value cannot be indexed
 */
export async function putOf(
  { collections }: Pick<WriteOptions, 'collections'>,
  collection: Collection,
  key: RecordKey,
  document: DocumentObject,
): Promise<PutWrite | typeof CONFLICT> {
  const value = packDocument(document)
  checkDocumentSize(value)
  const entries = await collections.entries(collection, document)
  return entries === CONFLICT ? CONFLICT : { ...key, op: 'put', value, entries }
}

/**
 * Commits writes, and expects the indexes of the collection to be unchanged.
 *
 * @throws CloudsteadError DATABASE_DUPLICATE_WRITE when a unique value exists
 */
export async function commitWrites(
  { records, collections }: WriteOptions,
  collection: Collection,
  writes: readonly RecordWrite[],
  expectations: readonly Expectation[],
): Promise<CommitResult> {
  const result = await records.commit(writes, [...expectations, collection.expectation])
  if (!result.done && result.reason === 'duplicate') throw new CloudsteadError('DATABASE_DUPLICATE_WRITE')
  if (!result.done) collections.forget(collection.name)
  return result
}

/** Whether a conflict is about documents of the collection, not only about its indexes. */
function isAbout(result: CommitResult, { space }: Collection): boolean {
  return !result.done && result.reason === 'conflict' && result.keys.some((key) => key.space === space)
}
