import type { DocumentObject } from '@cloudstead/protocol'
import type { Expectation, RecordWrite, StoredRecord } from '../engines/records/records.ts'
import { CONFLICT } from '../engines/records/retry.ts'
import type { Collection } from './collections.ts'
import { STEP_BYTES, STEP_DOCUMENTS } from './memory-limits.ts'
import { type Plan, planQuery } from './planner.ts'
import { readsWithin } from './reads-within.ts'
import type { EditOutcome } from './requests.ts'
import { match, type Selection, walkSelection } from './selection.ts'
import { checkStorable } from './write-checks.ts'
import { commitWrites, putOf, retryWrite, type WriteOptions } from './write-documents.ts'

/** Returns the new document, which may be the given one, changed in place; undefined deletes it. */
export type Edit = (document: DocumentObject) => DocumentObject | undefined

interface BatchResult {
  readonly matched: number
  readonly updated: number
  /** The last document that was edited, in its new form. */
  readonly document: DocumentObject | undefined
  /** How many ids of the batch were handled, from the first: all documents together may be too large. */
  readonly covered: number
}

interface PreparedBatch extends BatchResult {
  readonly writes: readonly RecordWrite[]
  readonly expectations: readonly Expectation[]
}

/**
 * Edits the documents of a selection: all of them, or the first one. Each batch commits as a whole; memory-limits.ts says
 * how many documents and bytes it has.
 *
 * @throws CloudsteadError DATABASE_DUPLICATE_WRITE, DATABASE_TRANSACTION_CONFLICT, and what `edit` throws
 */
export async function editDocuments(
  options: WriteOptions,
  selection: Selection,
  multi: boolean,
  edit: Edit,
): Promise<EditOutcome> {
  const plan = planQuery(selection.query, [], selection.collection.usable)
  // All ids are read before the first edit, since an edit may move documents in the index that finds them.
  const ids = plan.kind === 'ids' ? plan.ids : await matchingIds(options, selection, plan, multi)
  const size = multi ? STEP_DOCUMENTS : 1
  let [start, matched, updated] = [0, 0, 0]
  let document: DocumentObject | undefined
  while (start < ids.length && (multi || matched === 0)) {
    const batch = ids.slice(start, start + size)
    const work = () => editBatch(options, selection, batch, edit)
    const result = await (batch.length === 1
      ? options.queue(`${selection.collection.space}/${batch[0]}`, work)
      : work())
    start += result.covered
    matched += result.matched
    updated += result.updated
    document = result.document ?? document
  }
  return { matched, updated, ...(document && { document }) }
}

/** For one document the first page is enough: when the first id no longer matches, the next one may. */
async function matchingIds(
  { records }: WriteOptions,
  selection: Selection,
  plan: Plan,
  multi: boolean,
): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const page of walkSelection(records, selection, plan, ({ record }) => record.id)) {
    for (const id of page) ids.push(id)
    if (!multi && ids.length > 0) break
  }
  return ids
}

function editBatch(
  options: WriteOptions,
  selection: Selection,
  ids: readonly string[],
  edit: Edit,
): Promise<BatchResult> {
  return retryWrite(options, selection.collection.name, async (collection) => {
    const keys = ids.map((id) => ({ space: collection.space, id }))
    const read = await readsWithin(options.records, selection.budget).get(keys, STEP_BYTES)
    const prepared = await prepare(options, collection, selection, read, edit)
    selection.budget.suspend()
    if (prepared === CONFLICT || prepared.writes.length === 0) return prepared
    const result = await commitWrites(options, collection, prepared.writes, prepared.expectations)
    return result.done ? prepared : CONFLICT
  })
}

/** Edits the records that were read. Ends early when the new documents have too many bytes for one commit. */
async function prepare(
  options: WriteOptions,
  collection: Collection,
  selection: Selection,
  read: readonly (StoredRecord | undefined)[],
  edit: Edit,
): Promise<PreparedBatch | typeof CONFLICT> {
  const writes: RecordWrite[] = []
  const expectations: Expectation[] = []
  let document: DocumentObject | undefined
  let [covered, matched, bytes] = [0, 0, 0]
  const { budget } = selection
  for (const record of read) {
    if (bytes >= STEP_BYTES) break
    covered += 1
    if (record === undefined) continue
    if (budget.nextStep()) await budget.pause()
    const found = match(selection, record)
    if (found === undefined) continue
    matched += 1
    const { space, id, version, value } = found.record
    document = edit(found.document)
    if (document === undefined) writes.push({ op: 'delete', space, id })
    else {
      checkStorable(document)
      const write = await putOf(options, collection, { space, id }, document)
      if (write === CONFLICT) return CONFLICT
      if (write.value === value) continue
      bytes += Buffer.byteLength(write.value)
      writes.push(write)
    }
    expectations.push({ space, id, version })
  }
  return { covered, matched, updated: writes.length, document, writes, expectations }
}
