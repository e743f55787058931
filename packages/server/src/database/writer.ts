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
import { type IdentifiedDocument, recordId } from './document-id.ts'
import { KeyedQueue } from './keyed-queue.ts'
import { type Plan, planQuery } from './planner.ts'
import { match, type Selection, walk } from './reader.ts'
import { StaleVersionError } from './stale-version-error.ts'
import { packDocument } from './stored-document.ts'
import { Turns } from './turns.ts'
import { checkDocumentSize, checkStorable } from './write-checks.ts'

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

interface Numbered {
  readonly document: IdentifiedDocument
  readonly at: number
}

interface Prepared extends BatchResult {
  readonly writes: readonly RecordWrite[]
  readonly expectations: readonly Expectation[]
}

/** What becomes of a document whose `_id` is taken. */
export type Existing = 'refuse' | 'skip' | 'replace'

/** What became of a document: an error says why it was not stored. */
export type StoreOutcome = 'stored' | 'skipped' | CloudsteadError

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
  async insert(name: string, documents: readonly IdentifiedDocument[]): Promise<void> {
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
   * Puts a document in the place of the one with its `_id`, if that still has this version.
   *
   * @throws StaleVersionError when it has another, CloudsteadError NOT_FOUND when there is none, DATABASE_DUPLICATE_WRITE
   */
  async save(name: string, document: IdentifiedDocument, version: number): Promise<void> {
    await this.#retry(name, async (collection) => {
      const key = { space: collection.space, id: recordId(document._id) }
      const write = await this.#put(collection, key, document)
      if (write === 'changed') return undefined
      const result = await this.#commit(collection, [write], [{ ...key, version }])
      if (result.done) return result
      if (result.reason !== 'conflict' || !result.keys.some(({ space }) => space === key.space)) return undefined
      const [stored] = await this.#records.get([key])
      throw stored === undefined ? new CloudsteadError('NOT_FOUND') : new StaleVersionError()
    })
  }

  /**
   * Stores documents, each by itself: one that cannot be stored keeps none of the others from it. Their ids differ.
   * Answers what became of each.
   */
  async store(
    name: string,
    documents: readonly IdentifiedDocument[],
    existing: Existing,
  ): Promise<readonly StoreOutcome[]> {
    const outcomes: StoreOutcome[] = []
    let pending = documents.map((document, at) => ({ document, at }))
    // After a value that is not unique each goes by itself: there are usually more of them.
    let size = pending.length
    while (pending.length > 0) {
      const batch = pending.slice(0, size)
      await this.#retry(name, async (collection) => {
        const settle = (at: number, outcome: StoreOutcome) => {
          outcomes[at] = outcome
        }
        const settled = await this.#storeBatch(collection, batch, existing, settle)
        if (settled === 'duplicate') size = 1
        return settled
      })
      pending = pending.filter(({ at }) => outcomes[at] === undefined)
    }
    return outcomes
  }

  /** Settles at least one of the documents, or answers undefined to be asked again. */
  async #storeBatch(
    collection: Collection,
    batch: readonly Numbered[],
    existing: Existing,
    settle: (at: number, outcome: StoreOutcome) => void,
  ): Promise<'settled' | 'duplicate' | undefined> {
    const keys = batch.map(({ document }) => ({ space: collection.space, id: recordId(document._id) }))
    const stored = await this.#records.get(keys, STEP_BYTES)
    const writes: PutWrite[] = []
    const expectations: Expectation[] = []
    const written = new Map<string, number>()
    let settled = false
    const turns = new Turns()
    for (const [index, before] of stored.entries()) {
      const [one, key] = [batch[index], keys[index]]
      if (one === undefined || key === undefined) break
      await turns.next()
      const outcome = await this.#storable(collection, key, one.document, before !== undefined, existing)
      if (outcome === 'changed') return undefined
      if (typeof outcome === 'string' || outcome instanceof CloudsteadError) {
        settle(one.at, outcome)
        settled = true
        continue
      }
      writes.push(outcome)
      expectations.push({ ...key, version: before?.version ?? null })
      written.set(key.id, one.at)
    }
    if (writes.length === 0) return settled ? 'settled' : undefined
    const result = await this.#records.commit(writes, [...expectations, collection.expectation])
    if (result.done) {
      for (const at of written.values()) settle(at, 'stored')
      return 'settled'
    }
    if (result.reason === 'duplicate') {
      const at = written.get(result.key.id)
      if (at !== undefined) settle(at, new CloudsteadError('DATABASE_DUPLICATE_WRITE', 'a unique value is taken'))
      return 'duplicate'
    }
    this.#collections.forget(collection.name)
    return settled ? 'settled' : undefined
  }

  async #storable(
    collection: Collection,
    key: RecordKey,
    document: DocumentObject,
    exists: boolean,
    existing: Existing,
  ): Promise<PutWrite | 'changed' | StoreOutcome> {
    if (exists && existing === 'skip') return 'skipped'
    if (exists && existing === 'refuse') {
      return new CloudsteadError('DATABASE_DUPLICATE_WRITE', 'a document with this _id exists already')
    }
    try {
      return await this.#put(collection, key, document)
    } catch (error) {
      if (error instanceof CloudsteadError) return error
      throw error
    }
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
