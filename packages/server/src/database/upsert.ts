import { CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { type IdentifiedDocument, recordId } from './document-id.ts'
import { type Edit, editDocuments } from './edit-documents.ts'
import { findDocuments } from './find-documents.ts'
import { parsePath } from './paths.ts'
import { fixedFields } from './query-conditions.ts'
import type { EditOutcome } from './requests.ts'
import type { Selection } from './selection.ts'
import { slotAt } from './slot.ts'
import type { Update } from './update.ts'
import { insertDocuments, type WriteOptions } from './write-documents.ts'

/** Attempts that found that another writer had just inserted the document. */
const MAX_ATTEMPTS = 10

/**
 * Edits the documents of a selection, or inserts one when none matches.
 *
 * @param make makes the document to insert, checked and authorized
 * @throws CloudsteadError like `editDocuments` and `insertDocuments`, and what `make` throws
 */
export function upsertDocuments(
  options: WriteOptions,
  selection: Selection,
  multi: boolean,
  edit: Edit,
  make: () => Promise<IdentifiedDocument>,
): Promise<EditOutcome> {
  return retryOnConflict(
    async () => {
      const edited = await editDocuments(options, selection, multi, edit)
      return edited.matched > 0 ? edited : insertOne(options, selection, await make())
    },
    { attempts: MAX_ATTEMPTS, exhausted: () => new CloudsteadError('DATABASE_TRANSACTION_CONFLICT') },
  )
}

async function insertOne(
  options: WriteOptions,
  selection: Selection,
  document: IdentifiedDocument,
): Promise<EditOutcome | typeof CONFLICT> {
  const { name, space } = selection.collection
  const exists = async () => {
    const [record] = await options.records.get([{ space, id: recordId(document._id) }])
    return record !== undefined
  }
  if (await exists()) {
    // It exists but was not found: another writer has just inserted it, or the selection excludes it.
    const found = await findDocuments(options.records, selection, { order: [], offset: 0, limit: 1 })
    return found.length > 0 ? CONFLICT : { matched: 0, updated: 0 }
  }
  try {
    await insertDocuments(options, name, [document])
  } catch (error) {
    const isDuplicate = error instanceof CloudsteadError && error.code === 'DATABASE_DUPLICATE_WRITE'
    if (isDuplicate && (await exists())) return CONFLICT
    throw error
  }
  return { matched: 0, updated: 0, upsertedId: document._id, document }
}

/** The document that an upserting update inserts: the fields that the query fixes, changed by the update. */
export function madeByUpdate(query: DocumentObject, update: Update): DocumentObject {
  const document: DocumentObject = {}
  for (const [path, value] of fixedFields(query)) slotAt(document, parsePath(path), true)?.set(structuredClone(value))
  update(document)
  return document
}

/** The document that an upserting replacement inserts: the replacement, with the `_id` that the query fixes. */
export function madeByReplacement(query: DocumentObject, replacement: DocumentObject): DocumentObject {
  return { ...Object.fromEntries(fixedFields(query).filter(([path]) => path === '_id')), ...replacement }
}
