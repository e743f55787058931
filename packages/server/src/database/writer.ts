import { setTimeout } from 'node:timers/promises'
import { CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import type {
  Expectation,
  PutWrite,
  RecordKey,
  Records,
  RecordWrite,
  StoredRecord,
} from '../engines/records/records.ts'
import { STEP_BYTES, STEP_DOCUMENTS } from './bounds.ts'
import type { Collection, Collections } from './collections.ts'
import { recordId } from './document-id.ts'
import { KeyedQueue } from './keyed-queue.ts'
import { type Plan, planQuery } from './planner.ts'
import { match, type Selection, walk } from './reader.ts'
import { packDocument } from './stored-document.ts'
import { Turns } from './turns.ts'
import { checkDocumentSize, checkStorable, type DocumentId } from './write-checks.ts'

/** Attempts before a writer gives up on documents that others keep changing. */
const MAX_ATTEMPTS = 64
/** The longest pause between two attempts, in ms. */
const MAX_PAUSE = 20

/** What becomes of a document: changed in place or replaced; `undefined` takes it away. */
export type Edit = (document: DocumentObject) => DocumentObject | undefined

export interface EditResult {
  readonly matched: number
  readonly modified: number
  /** The last document that was edited, as it is now. */
  readonly document: DocumentObject | undefined
}

interface BatchResult extends EditResult {
  /** How many ids of the batch it was, from the first on: the documents of all of them may be too large together. */
  readonly covered: number
}

interface Prepared extends BatchResult {
  readonly writes: readonly RecordWrite[]
  readonly expectations: readonly Expectation[]
}

/** Reads, decides, commits with what it saw, and begins again when something changed meanwhile. */
export class Writer {
  readonly #records: Records
  readonly #collections: Collections
  readonly #queue = new KeyedQueue()

  constructor(records: Records, collections: Collections) {
    this.#records = records
    this.#collections = collections
  }

  /**
   * Puts new documents, all or none.
   *
   * @throws CloudsteadError DATABASE_DUPLICATE_WRITE when an `_id` or a unique value is taken
   */
  async insert(name: string, documents: readonly (DocumentObject & { readonly _id: DocumentId })[]): Promise<void> {
    const ids = documents.map(({ _id }) => recordId(_id))
    if (new Set(ids).size < ids.length) throw new CloudsteadError('DATABASE_DUPLICATE_WRITE')
    await this.#retry(name, async (collection) => {
      const writes: RecordWrite[] = []
      const expectations: Expectation[] = []
      for (const [at, document] of documents.entries()) {
        const key = { space: collection.space, id: ids[at] ?? '' }
        const write = await this.#put(collection, key, document)
        if (write === 'changed') return undefined
        writes.push(write)
        expectations.push({ ...key, version: null })
      }
      const result = await this.#commit(collection, writes, expectations)
      if (result.done) return result
      const taken = result.reason === 'conflict' && result.keys.some(({ space }) => space === collection.space)
      if (taken) throw new CloudsteadError('DATABASE_DUPLICATE_WRITE')
      return undefined
    })
  }

  /**
   * Edits the documents of a selection: all of them, in batches that commit as a whole (bounds.ts says how many documents
   * and bytes that are), or the first one.
   *
   * @throws CloudsteadError DATABASE_DUPLICATE_WRITE, DATABASE_TRANSACTION_CONFLICT, and what `edit` throws
   */
  async edit(selection: Selection, multi: boolean, edit: Edit): Promise<EditResult> {
    const plan = planQuery(selection.query, [], selection.collection.usable)
    let total: EditResult = { matched: 0, modified: 0, document: undefined }
    const add = (batch: EditResult) => {
      total = {
        matched: total.matched + batch.matched,
        modified: total.modified + batch.modified,
        document: batch.document ?? total.document,
      }
    }
    // First who, then what: an edit moves documents in the very index that finds them.
    const ids = plan.kind === 'ids' ? plan.ids : await this.#matchingIds(selection, plan, multi)
    const size = multi ? STEP_DOCUMENTS : 1
    let start = 0
    while (start < ids.length) {
      const batch = ids.slice(start, start + size)
      const [only] = batch
      const work = () => this.#editBatch(selection, batch, edit)
      const result = await (batch.length === 1
        ? this.#queue.run(`${selection.collection.space}/${only}`, work)
        : work())
      add(result)
      start += result.covered
      if (!multi && total.matched > 0) break
    }
    return total
  }

  /** For a change to one document the first page is enough: should one not match any more, the next will. */
  async #matchingIds(selection: Selection, plan: Plan, multi: boolean): Promise<readonly string[]> {
    const ids: string[] = []
    for await (const page of walk(this.#records, selection, plan, ({ record }) => record.id)) {
      for (const id of page) ids.push(id)
      if (!multi && ids.length > 0) break
    }
    return ids
  }

  #editBatch(selection: Selection, ids: readonly string[], edit: Edit): Promise<BatchResult> {
    return this.#retry(selection.collection.name, async (collection) => {
      const keys = ids.map((id) => ({ space: collection.space, id }))
      const read = await this.#records.get(keys, STEP_BYTES)
      const prepared = await this.#prepare(collection, selection, read, edit)
      if (prepared === 'changed') return undefined
      if (prepared.writes.length === 0) return prepared
      const result = await this.#commit(collection, prepared.writes, prepared.expectations)
      return result.done ? prepared : undefined
    })
  }

  /** Edits what was read; ends early once the new documents are many bytes. */
  async #prepare(
    collection: Collection,
    selection: Selection,
    read: readonly (StoredRecord | undefined)[],
    edit: Edit,
  ): Promise<Prepared | 'changed'> {
    const matches = selection.matcher.run(() => read.map((record) => record && match(selection, record)))
    const writes: RecordWrite[] = []
    const expectations: Expectation[] = []
    let document: DocumentObject | undefined
    let [covered, matched, bytes] = [0, 0, 0]
    const turns = new Turns()
    for (const found of matches) {
      if (bytes >= STEP_BYTES) break
      covered += 1
      if (found === undefined) continue
      matched += 1
      await turns.next()
      const { space, id, version, value } = found.record
      const edited = edit(found.document)
      document = edited
      if (edited === undefined) writes.push({ op: 'delete', space, id })
      else {
        checkStorable(edited)
        const write = await this.#put(collection, { space, id }, edited)
        if (write === 'changed') return 'changed'
        if (write.value === value) continue
        bytes += Buffer.byteLength(write.value)
        writes.push(write)
      }
      expectations.push({ space, id, version })
    }
    return { covered, matched, modified: writes.length, document, writes, expectations }
  }

  async #put(collection: Collection, key: RecordKey, document: DocumentObject): Promise<PutWrite | 'changed'> {
    const value = packDocument(document)
    checkDocumentSize(value)
    const entries = await this.#collections.entries(collection, document)
    return entries === 'changed' ? 'changed' : { ...key, op: 'put', value, entries }
  }

  /** @throws CloudsteadError DATABASE_DUPLICATE_WRITE when a unique index refuses */
  async #commit(collection: Collection, writes: readonly RecordWrite[], expectations: readonly Expectation[]) {
    const result = await this.#records.commit(writes, [...expectations, collection.expectation])
    if (!result.done && result.reason === 'duplicate') throw new CloudsteadError('DATABASE_DUPLICATE_WRITE')
    if (!result.done) this.#collections.forget(collection.name)
    return result
  }

  /** Runs an attempt until it gives a result; `undefined` asks for another one. */
  async #retry<T>(name: string, attempt: (collection: Collection) => Promise<T | undefined>): Promise<T> {
    for (let count = 0; count < MAX_ATTEMPTS; count += 1) {
      const result = await attempt(await this.#collections.open(name))
      if (result !== undefined) return result
      await setTimeout(Math.random() * Math.min(2 ** count, MAX_PAUSE))
    }
    throw new CloudsteadError('DATABASE_TRANSACTION_CONFLICT')
  }
}
