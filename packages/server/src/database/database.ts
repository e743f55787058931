import { type Caller, CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import type { DocumentKey } from '@cloudstead/rules'
import type { Simulated } from '../decisions/simulated.ts'
import type { Leases } from '../engines/records/lease.ts'
import type { Records } from '../engines/records/records.ts'
import type { CurrentSettings } from '../settings.ts'
import type { Access } from './access-record.ts'
import {
  type Administration,
  type CountedCollection,
  countedCollections,
  createAdministration,
} from './administration.ts'
import { authorizeAdministration, createAuthorizer } from './authorize.ts'
import { type Collection, createCollections, documentSpace } from './collections.ts'
import { type DocumentId, idMaker, recordId } from './document-id.ts'
import { dropCollection } from './drop-collection.ts'
import { type Edit, editDocuments } from './edit-documents.ts'
import { countDocuments, findDocuments } from './find-documents.ts'
import { createIndexBuilder, type DatabaseLog } from './index-build.ts'
import { createKeyedQueue } from './keyed-queue.ts'
import { checkFields, completeDocument } from './new-document.ts'
import { compileProjection } from './projection.ts'
import { checkQuery } from './query-check.ts'
import { plainId } from './query-conditions.ts'
import { readsWithin } from './reads-within.ts'
import { RequestBudget } from './request-budget.ts'
import {
  checkOrder,
  checkWindow,
  type EditOutcome,
  type EditRequest,
  type FindRequest,
  type QueryRequest,
  type RemoveRequest,
} from './requests.ts'
import { inScope } from './scope.ts'
import { type Selection, select } from './selection.ts'
import type { DocumentQuestion } from './simulate.ts'
import { unpackDocument } from './stored-document.ts'
import { compileUpdate } from './update.ts'
import { madeByReplacement, madeByUpdate, upsertDocuments } from './upsert.ts'
import { insertDocuments, type WriteOptions } from './write-documents.ts'

/** Documents of one insert, which commits as a whole. */
const MAX_INSERT = 1000

export interface DatabaseOptions {
  readonly records: Records
  readonly settings: CurrentSettings
  readonly leases: Leases
  /** The server's clock in ms (default `Date.now`). */
  readonly now?: () => number
  readonly log?: DatabaseLog
  /** `dev`: errors show the line to add to the configuration file. */
  readonly hints?: 'dev'
}

/**
 * The document database: authorizes operations and runs them. Every operation of a caller may throw CloudsteadError
 * INVALID_PARAM, DATABASE_COLLECTION_NOT_EXIST and DATABASE_PERMISSION_DENIED, checked in this order. Operations on the
 * documents of a query may exceed the budget of the request: DATABASE_REQUEST_FAILED and SERVER_BUSY.
 */
export interface Database {
  /** The server's clock in ms. An edge reads it once per request and uses it for server dates. */
  now(): number
  /** @throws CloudsteadError INVALID_PARAM, DATABASE_COLLECTION_NOT_EXIST unless the collection exists */
  checkCollection(collection: string): Promise<void>
  /** All collections with the number of their documents. For the server itself, not on behalf of a caller. */
  usage(): Promise<readonly CountedCollection[]>
  /** For administrators. @throws CloudsteadError DATABASE_COLLECTION_ALREADY_EXIST */
  createCollection(caller: Caller, collection: string): Promise<void>
  /** Inserts all documents or none. Resolves to their ids. @throws CloudsteadError DATABASE_DUPLICATE_WRITE */
  insert(caller: Caller, collection: string, documents: readonly DocumentObject[]): Promise<readonly DocumentId[]>
  /** @throws CloudsteadError EXCEED_MAX_RESPONSE_SIZE when the documents are too large for one response */
  find(caller: Caller, request: FindRequest, budget?: RequestBudget): Promise<readonly DocumentObject[]>
  count(caller: Caller, request: QueryRequest, budget?: RequestBudget): Promise<number>
  /** Applies update operators. An update without operators changes nothing; with `upsert` it can insert a document. */
  update(caller: Caller, request: EditRequest, budget?: RequestBudget): Promise<EditOutcome>
  /**
   * Replaces the first document that matches; `_id` and `_openid` stay. With `upsert` it inserts the document when none
   * matches. A document that the caller must not change counts as not matching: `updated` is 0.
   */
  replace(caller: Caller, request: EditRequest, budget?: RequestBudget): Promise<EditOutcome>
  /** Resolves to how many were removed. */
  remove(caller: Caller, request: RemoveRequest, budget?: RequestBudget): Promise<number>
  /** Whether rules would allow a request. Changes nothing. */
  simulate(question: DocumentQuestion): Promise<Simulated>
  /** Operations for administrators only. @throws CloudsteadError DATABASE_PERMISSION_DENIED for other callers */
  administer(caller: Caller): Administration
  /** Resolves when no index is being built. */
  settled(): Promise<void>
  /** Stops building indexes; the next start of the server continues. Does not close the records. */
  close(): Promise<void>
}

/**
 * @example
 * const database = createDatabase({ records, settings: () => settings, leases })
 * const [id] = await database.insert(caller, 'orders', [{ images: [] }])
 */
export function createDatabase({ records, settings, leases, now = Date.now, log, hints }: DatabaseOptions): Database {
  const collections = createCollections({ records, settings, now, hints: hints === 'dev' })
  const builder = createIndexBuilder({ records, collections, leases, log })
  const writes: WriteOptions = { records, collections, queue: createKeyedQueue() }
  const newId = idMaker(now)
  const complete = (caller: Caller, sent: DocumentObject) => completeDocument(caller, sent, newId)
  const keyOf = ({ collection, id }: DocumentKey) => ({ space: documentSpace(collection), id: recordId(id) })
  const read = async (key: DocumentKey): Promise<DocumentObject | undefined> => {
    const [record] = await records.get([keyOf(key)])
    return record === undefined ? undefined : unpackDocument(record.value)
  }
  const authorizer = createAuthorizer({ now, read })

  /** Opens a collection and starts to build its new indexes. */
  async function open(name: string): Promise<Collection> {
    const collection = await collections.open(name)
    if (collection.building.length > 0) builder.start(name)
    return collection
  }

  /** Checks that the collection exists, then the operation, and only then opens it. */
  async function openFor(caller: Caller, operation: Access['operation'], name: string, upsert = false) {
    const access: Access = { caller, operation, collection: name, rules: await collections.rules(name) }
    authorizer.checkOperation(access, upsert)
    return { access, collection: await open(name) }
  }

  async function selectFor(
    caller: Caller,
    operation: 'read' | 'delete',
    { collection: name, query: sent = {} }: QueryRequest,
    budget: RequestBudget,
  ): Promise<Selection> {
    const { access, collection } = await openFor(caller, operation, name)
    const query = checkQuery(sent, caller)
    return select(collection, await authorizer.scopeOf(access, { query }), query, budget)
  }

  async function find(caller: Caller, request: FindRequest, budget = new RequestBudget()) {
    const { query = {}, projection = {} } = request
    const id = plainId(query)
    if (id !== undefined && Object.keys(projection).length === 0 && !request.order?.length && !request.offset) {
      return findById(caller, request.collection, id, budget)
    }
    const selection = await selectFor(caller, 'read', request, budget)
    const [offset, limit] = checkWindow(request.offset, request.limit)
    const project = compileProjection(projection, { caller, budget })
    const order = checkOrder(request.order ?? [])
    return findDocuments(records, selection, { order, offset, limit, project })
  }

  /** The most frequent read: one record, without planning or compiling a query. */
  async function findById(caller: Caller, collection: string, id: DocumentId, budget: RequestBudget) {
    const access: Access = { caller, operation: 'read', collection, rules: await collections.rules(collection) }
    // Whoever may read nothing is refused before anything is read.
    authorizer.checkOperation(access)
    const [record] = await readsWithin(records, budget).get([keyOf({ collection, id })])
    const document = record && unpackDocument(record.value)
    const scope = await authorizer.scopeOf(access, { query: { _id: id } }, document)
    return document !== undefined && inScope(scope, document) ? [document] : []
  }

  async function insert(caller: Caller, name: string, documents: readonly DocumentObject[]) {
    const { access } = await openFor(caller, 'create', name)
    if (documents.length > MAX_INSERT) {
      throw new CloudsteadError('INVALID_PARAM', {
        en: `at most ${MAX_INSERT} documents can be inserted at once`,
        zh: `一次最多插入 ${MAX_INSERT} 个文档`,
      })
    }
    const made = documents.map((sent) => ({ sent, complete: complete(caller, sent) }))
    await authorizer.checkInsert(access, made)
    const stored = made.map((document) => document.complete)
    if (stored.length > 0) await insertDocuments(writes, name, stored)
    return stored.map(({ _id }) => _id)
  }

  async function update(caller: Caller, request: EditRequest, budget = new RequestBudget()): Promise<EditOutcome> {
    const { collection, access } = await openFor(caller, 'update', request.collection, request.upsert)
    const query = checkQuery(request.query ?? {}, caller)
    const change = compileUpdate(request.data, { caller, budget, query }) ?? (request.upsert ? () => {} : undefined)
    // The SDK sends no operators for `update({ a: {} })`. Taken as a replacement, this would erase the document.
    if (change === undefined) return { matched: 0, updated: 0 }
    const scope = await authorizer.scopeOf(access, { query, update: request.data, upsert: request.upsert })
    const edit: Edit = (document) => {
      change(document)
      return document
    }
    return editOrInsert(caller, request, select(collection, scope, query, budget), edit, () =>
      madeByUpdate(query, change),
    )
  }

  async function replace(caller: Caller, request: EditRequest, budget = new RequestBudget()): Promise<EditOutcome> {
    const { collection, access } = await openFor(caller, 'update', request.collection, request.upsert)
    if (request.multi)
      throw new CloudsteadError('INVALID_PARAM', {
        en: 'a document can replace one other only: multi is true',
        zh: '一个文档只能替换另一个文档，但 multi 为 true',
      })
    const query = checkQuery(request.query ?? {}, caller)
    const { data } = request
    checkFields(caller, data)
    const scope = await authorizer.scopeOf(access, { query, replacement: data, upsert: request.upsert })
    const edit: Edit = ({ _id, _openid }) => {
      if ('_id' in data && data._id !== _id)
        throw new CloudsteadError('INVALID_PARAM', { en: '_id cannot be changed', zh: '_id 不能修改' })
      return { _id: _id ?? null, ...(_openid !== undefined && { _openid }), ...data }
    }
    const selection = select(collection, scope, query, budget)
    return editOrInsert(caller, request, selection, edit, () => madeByReplacement(query, data))
  }

  async function editOrInsert(
    caller: Caller,
    { collection, multi, upsert }: EditRequest,
    selection: Selection,
    edit: Edit,
    make: () => DocumentObject,
  ): Promise<EditOutcome> {
    if (!upsert) return editDocuments(writes, selection, multi, edit)
    return upsertDocuments(writes, selection, multi, edit, async () => {
      const { access } = await openFor(caller, 'create', collection)
      const sent = make()
      const document = complete(caller, sent)
      await authorizer.checkInsert(access, [{ sent, complete: document }])
      return document
    })
  }

  return {
    now,
    async checkCollection(collection) {
      await collections.rules(collection)
    },
    usage: () => countedCollections({ records, collections, open }),
    async createCollection(caller, collection) {
      authorizeAdministration(caller)
      if (await collections.isDropped(collection)) {
        for await (const _ of dropCollection({ records, collections }, collection)) {
          // First deletes what a crash has left of the dropped collection.
        }
      }
      await collections.create(collection)
    },
    insert,
    find,
    count: async (caller, request, budget = new RequestBudget()) =>
      countDocuments(records, await selectFor(caller, 'read', request, budget)),
    update,
    replace,
    async remove(caller, request, budget = new RequestBudget()) {
      const selection = await selectFor(caller, 'delete', request, budget)
      const { matched } = await editDocuments(writes, selection, request.multi, () => undefined)
      return matched
    },
    async simulate(question) {
      // It imports the library of rules tests, which a server needs for nothing else.
      const { simulateDocuments } = await import('./simulate.ts')
      return simulateDocuments({ now, rules: collections.rules, read, complete }, question)
    },
    administer: (caller) =>
      createAdministration({
        ...writes,
        caller: authorizeAdministration(caller),
        now,
        open,
        complete: (document) => complete(caller, document),
      }),
    settled: builder.settled,
    close: builder.close,
  }
}
