import { CloudsteadError } from '@cloudstead/protocol'
import type { Expectation, PutWrite, RecordKey } from '../engines/records/records.ts'
import { CONFLICT } from '../engines/records/retry.ts'
import type { Collection } from './collections.ts'
import { type IdentifiedDocument, recordId } from './document-id.ts'
import { STEP_BYTES } from './memory-limits.ts'
import { TimeSlice } from './time-slice.ts'
import { putOf, retryWrite, type WriteOptions } from './write-documents.ts'

/** What to do with a document whose `_id` exists. */
export type OnExisting = 'refuse' | 'skip' | 'replace'

/** The result for one document; an error says why it was not stored. */
export type StoreOutcome = 'stored' | 'skipped' | CloudsteadError

/** A document with its index among those to store. */
interface Numbered {
  readonly document: IdentifiedDocument
  readonly at: number
}

/**
 * Stores documents independently of each other: one that cannot be stored does not affect the others.
 *
 * @param documents with different ids
 * @returns the result for each document
 */
export async function storeDocuments(
  options: WriteOptions,
  name: string,
  documents: readonly IdentifiedDocument[],
  existing: OnExisting,
): Promise<readonly StoreOutcome[]> {
  const outcomes: StoreOutcome[] = []
  let pending: readonly Numbered[] = documents.map((document, at) => ({ document, at }))
  // After a value that is not unique each document is stored by itself: there are usually more of them.
  let size = pending.length
  while (pending.length > 0) {
    const batch = pending.slice(0, size)
    const settled = await retryWrite(options, name, (collection) =>
      storeBatch(options, collection, batch, existing, outcomes),
    )
    if (settled === 'duplicate') size = 1
    pending = pending.filter(({ at }) => outcomes[at] === undefined)
  }
  return outcomes
}

/** Sets the outcome of at least one document, or resolves to CONFLICT. */
async function storeBatch(
  options: WriteOptions,
  collection: Collection,
  batch: readonly Numbered[],
  existing: OnExisting,
  outcomes: StoreOutcome[],
): Promise<'settled' | 'duplicate' | typeof CONFLICT> {
  const keys = batch.map(({ document }) => ({ space: collection.space, id: recordId(document._id) }))
  const stored = await options.records.get(keys, STEP_BYTES)
  const writes: PutWrite[] = []
  const expectations: Expectation[] = []
  const written = new Map<string, number>()
  let settled: 'settled' | typeof CONFLICT = CONFLICT
  const slice = new TimeSlice()
  for (const [index, before] of stored.entries()) {
    const [one, key] = [batch[index], keys[index]]
    if (one === undefined || key === undefined) break
    await slice.pauseIfOver()
    const outcome = await writeOf(options, collection, key, one.document, before === undefined ? undefined : existing)
    if (outcome === CONFLICT) return CONFLICT
    if (typeof outcome === 'string' || outcome instanceof CloudsteadError) {
      outcomes[one.at] = outcome
      settled = 'settled'
      continue
    }
    writes.push(outcome)
    expectations.push({ ...key, version: before?.version ?? null })
    written.set(key.id, one.at)
  }
  if (writes.length === 0) return settled
  const result = await options.records.commit(writes, [...expectations, collection.expectation])
  if (result.done) {
    for (const at of written.values()) outcomes[at] = 'stored'
    return 'settled'
  }
  if (result.reason === 'duplicate') {
    const at = written.get(result.key.id)
    if (at !== undefined)
      outcomes[at] = new CloudsteadError('DATABASE_DUPLICATE_WRITE', {
        en: 'a unique value is taken',
        zh: '唯一值已被占用',
      })
    return 'duplicate'
  }
  options.collections.forget(collection.name)
  return settled
}

/** The write that stores a document, or its outcome without a write. `existing` is undefined when its `_id` is new. */
async function writeOf(
  options: WriteOptions,
  collection: Collection,
  key: RecordKey,
  document: IdentifiedDocument,
  existing: OnExisting | undefined,
): Promise<PutWrite | typeof CONFLICT | StoreOutcome> {
  if (existing === 'skip') return 'skipped'
  if (existing === 'refuse') {
    return new CloudsteadError('DATABASE_DUPLICATE_WRITE', {
      en: 'a document with this _id exists already',
      zh: '该 _id 的文档已存在',
    })
  }
  try {
    return await putOf(options, collection, key, document)
  } catch (error) {
    if (error instanceof CloudsteadError) return error
    throw error
  }
}
