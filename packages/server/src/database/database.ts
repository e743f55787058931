import { type Caller, CloudsteadError, type DocumentObject, ownerMark } from '@cloudstead/protocol'
import type { Simulated } from '../decisions/simulated.ts'
import type { Records } from '../engines/records/records.ts'
import type { CurrentSettings } from '../settings.ts'
import { type Administration, administration } from './administration.ts'
import { authorizeAdministration, Door, type Entry, inScope } from './authorize.ts'
import { type Collection, Collections, documentSpace } from './collections.ts'
import { checkId, type DocumentId, type IdentifiedDocument, idMaker, recordId } from './document-id.ts'
import { dropCollection } from './drop.ts'
import { buildIndexes, type DatabaseLog } from './index-build.ts'
import { parsePath } from './paths.ts'
import { compileProjection } from './projection.ts'
import { checkQuery } from './query-check.ts'
import { fixedFields, plainId } from './query-conditions.ts'
import { countDocuments, findDocuments, type Selection, select } from './reader.ts'
import {
  checkOrder,
  checkWindow,
  type EditOutcome,
  type EditRequest,
  type FindRequest,
  type QueryRequest,
} from './requests.ts'
import type { DocumentQuestion } from './simulate.ts'
import { slotAt } from './slot.ts'
import { unpackDocument } from './stored-document.ts'
import { compileUpdate } from './update.ts'
import { checkOwnerField, checkStorable } from './write-checks.ts'
import { Writer } from './writer.ts'

/** Documents of one insert; they commit together. */
const MAX_INSERT = 1000
/** Upserts that found that somebody else had just made the document. */
const MAX_UPSERT_ATTEMPTS = 10

export interface DatabaseOptions {
  readonly records: Records
  readonly settings: CurrentSettings
  /** The server's clock in ms; Date.now unless a test says otherwise. */
  readonly now?: () => number
  readonly log?: DatabaseLog
  /** `dev`: errors show the line of the configuration that is missing. */
  readonly hints?: 'dev'
}

/**
 * The document database: decides who may do what, and does it. Knows no HTTP and no SQL. Every operation may throw
 * INVALID_PARAM, DATABASE_COLLECTION_NOT_EXIST and DATABASE_PERMISSION_DENIED, in this order of checks.
 */
export interface Database {
  /** The server's clock in ms. An edge reads it once per request, for the server dates in it. */
  now(): number
  /** For administrators. @throws CloudsteadError DATABASE_COLLECTION_ALREADY_EXIST */
  createCollection(caller: Caller, collection: string): Promise<void>
  /** All or none; answers the ids. @throws CloudsteadError DATABASE_DUPLICATE_WRITE */
  insert(caller: Caller, collection: string, documents: readonly DocumentObject[]): Promise<readonly DocumentId[]>
  /** @throws CloudsteadError EXCEED_MAX_RESPONSE_SIZE when the documents are too large for one answer */
  find(caller: Caller, request: FindRequest): Promise<readonly DocumentObject[]>
  count(caller: Caller, request: QueryRequest): Promise<number>
  /** Applies update operators. An update without operators changes nothing. */
  update(caller: Caller, request: EditRequest): Promise<EditOutcome>
  /**
   * Puts a document in the place of the first that matches; `_id` and `_openid` stay. With `upsert` it is new when none
   * matches. A document that the caller may not change counts as not matching and is left alone: updated 0.
   */
  replace(caller: Caller, request: EditRequest): Promise<EditOutcome>
  /** Answers how many were removed. */
  remove(caller: Caller, request: QueryRequest & { readonly multi: boolean }): Promise<number>
  /** What rules would say to a request; changes nothing. */
  simulate(question: DocumentQuestion): Promise<Simulated>
  /** What administrators do besides. @throws CloudsteadError DATABASE_PERMISSION_DENIED for anybody else */
  administer(caller: Caller): Administration
  /** Resolves when no index is being built any more. */
  settled(): Promise<void>
  /** Ends the building of indexes; the next start goes on with it. Does not close the records. */
  close(): Promise<void>
}

/**
 * @example
 * const database = createDatabase({ records, settings: () => settings })
 * const [id] = await database.insert(caller, 'orders', [{ images: [] }])
 */
export function createDatabase(options: DatabaseOptions): Database {
  return new DocumentDatabase(options)
}

class DocumentDatabase implements Database {
  readonly now: () => number
  readonly #records: Records
  readonly #collections: Collections
  readonly #writer: Writer
  readonly #door: Door
  readonly #log: DatabaseLog | undefined
  readonly #newId: () => string
  readonly #builds = new Map<string, Promise<void>>()
  #closing = false

  constructor({ records, settings, now = Date.now, log, hints }: DatabaseOptions) {
    this.now = now
    this.#records = records
    this.#collections = new Collections({ records, settings, now, hints: hints === 'dev' })
    this.#writer = new Writer(records, this.#collections)
    this.#door = new Door({ now, read: ({ collection, id }) => this.#stored(collection, id) })
    this.#log = log
    this.#newId = idMaker(now)
  }

  async createCollection(caller: Caller, collection: string): Promise<void> {
    authorizeAdministration(caller)
    if (await this.#collections.isDropped(collection)) {
      for await (const _ of dropCollection({ records: this.#records, collections: this.#collections }, collection)) {
        // What a crash left of the former one goes before the new one comes.
      }
    }
    await this.#collections.create(collection)
  }

  async insert(caller: Caller, name: string, documents: readonly DocumentObject[]): Promise<readonly DocumentId[]> {
    const { entry } = await this.#open(caller, name, 'create')
    if (documents.length > MAX_INSERT) {
      throw new CloudsteadError('INVALID_PARAM', `at most ${MAX_INSERT} documents can be inserted at once`)
    }
    const made = documents.map((sent) => ({ sent, complete: this.#newDocument(caller, sent) }))
    await this.#door.admit(entry, made)
    const complete = made.map((document) => document.complete)
    if (complete.length > 0) await this.#writer.insert(name, complete)
    return complete.map(({ _id }) => _id)
  }

  async find(caller: Caller, request: FindRequest): Promise<readonly DocumentObject[]> {
    const { query = {}, projection = {} } = request
    const id = plainId(query)
    if (id !== undefined && Object.keys(projection).length === 0 && !request.order?.length && !request.offset) {
      return this.#findById(caller, request.collection, id)
    }
    const selection = await this.#select(caller, request.collection, 'read', query)
    const [offset, limit] = checkWindow(request.offset, request.limit)
    const project = compileProjection(projection, caller)
    const order = checkOrder(request.order ?? [])
    return findDocuments(this.#records, selection, { order, offset, limit, project })
  }

  async count(caller: Caller, { collection: name, query = {} }: QueryRequest): Promise<number> {
    return countDocuments(this.#records, await this.#select(caller, name, 'read', query))
  }

  async update(caller: Caller, request: EditRequest): Promise<EditOutcome> {
    const { collection, entry } = await this.#open(caller, request.collection, 'update', request.upsert)
    const query = checkQuery(request.query ?? {}, caller)
    const update = compileUpdate(request.data, caller)
    // The SDK sends no operators at all for `update({ a: {} })`; taken as a document they would wipe out the old one.
    if (update === undefined) return { matched: 0, updated: 0 }
    const scope = await this.#door.scope(entry, { query, update: request.data, upsert: request.upsert })
    const selection = select(collection, scope, query)
    return this.#edit(caller, request, selection, async () => {
      const edited = await this.#writer.edit(selection, request.multi, (document) => {
        update(document)
        return document
      })
      return { edited, make: () => withUpdate(query, update) }
    })
  }

  async replace(caller: Caller, request: EditRequest): Promise<EditOutcome> {
    const { collection, entry } = await this.#open(caller, request.collection, 'update', request.upsert)
    if (request.multi)
      throw new CloudsteadError('INVALID_PARAM', 'a document can replace one other only: multi is true')
    const query = checkQuery(request.query ?? {}, caller)
    const { data } = request
    this.#checkData(caller, data)
    const scope = await this.#door.scope(entry, { query, replacement: data, upsert: request.upsert })
    const selection = select(collection, scope, query)
    return this.#edit(caller, request, selection, async () => {
      const edited = await this.#writer.edit(selection, false, ({ _id, _openid }) => {
        if ('_id' in data && data._id !== _id) throw new CloudsteadError('INVALID_PARAM', '_id cannot be changed')
        return { _id: _id ?? null, ...(_openid !== undefined && { _openid }), ...data }
      })
      return {
        edited,
        make: () => ({ ...Object.fromEntries(fixedFields(query).filter(([path]) => path === '_id')), ...data }),
      }
    })
  }

  async remove(caller: Caller, { collection: name, query = {}, multi }: QueryRequest & { readonly multi: boolean }) {
    const selection = await this.#select(caller, name, 'delete', query)
    const { matched } = await this.#writer.edit(selection, multi, () => undefined)
    return matched
  }

  async simulate(question: DocumentQuestion): Promise<Simulated> {
    // It brings the library of rules tests along, which a server needs for nothing else.
    const { simulateDocuments } = await import('./simulate.ts')
    return simulateDocuments(
      {
        now: this.now,
        rules: (name) => this.#collections.rules(name),
        read: ({ collection, id }) => this.#stored(collection, id),
        newDocument: (caller, sent) => this.#newDocument(caller, sent),
      },
      question,
    )
  }

  administer(caller: Caller): Administration {
    return administration({
      caller: authorizeAdministration(caller),
      records: this.#records,
      collections: this.#collections,
      writer: this.#writer,
      now: this.now,
      open: (name) => this.#opened(name),
      complete: (document) => this.#newDocument(caller, document),
    })
  }

  async settled(): Promise<void> {
    while (this.#builds.size > 0) await Promise.all(this.#builds.values())
  }

  async close(): Promise<void> {
    this.#closing = true
    await this.settled()
  }

  /** Exists, may, and then its indexes: the order in which a caller learns of them. */
  async #open(
    caller: Caller,
    name: string,
    action: Entry['action'],
    upsert = false,
  ): Promise<{ collection: Collection; entry: Entry }> {
    const entry = { caller, action, collection: name, rules: await this.#collections.rules(name) }
    this.#door.enter(entry, upsert)
    return { collection: await this.#opened(name), entry }
  }

  async #opened(name: string): Promise<Collection> {
    const collection = await this.#collections.open(name)
    if (collection.building.length > 0) this.#build(name)
    return collection
  }

  async #select(caller: Caller, name: string, action: 'read' | 'delete', sent: DocumentObject): Promise<Selection> {
    const { collection, entry } = await this.#open(caller, name, action)
    const query = checkQuery(sent, caller)
    return select(collection, await this.#door.scope(entry, { query }), query)
  }

  async #stored(collection: string, id: DocumentId): Promise<DocumentObject | undefined> {
    const [record] = await this.#records.get([{ space: documentSpace(collection), id: recordId(id) }])
    return record === undefined ? undefined : unpackDocument(record.value)
  }

  /** The read that pages are made of: one record, no plan, no query compiled. */
  async #findById(caller: Caller, name: string, id: DocumentId): Promise<readonly DocumentObject[]> {
    const entry: Entry = { caller, action: 'read', collection: name, rules: await this.#collections.rules(name) }
    const scope = await this.#door.scope(entry, { query: { _id: id } })
    const document = await this.#stored(name, id)
    return document !== undefined && inScope(scope, document) ? [document] : []
  }

  /** Edits; when nothing matched and an upsert is asked for, inserts what `make` makes. */
  async #edit(
    caller: Caller,
    request: EditRequest,
    selection: Selection,
    attempt: () => Promise<{
      readonly edited: {
        readonly matched: number
        readonly modified: number
        readonly document?: DocumentObject | undefined
      }
      readonly make: () => DocumentObject
    }>,
  ): Promise<EditOutcome> {
    for (let count = 0; count < MAX_UPSERT_ATTEMPTS; count += 1) {
      const { edited, make } = await attempt()
      const { matched, modified, document } = edited
      if (matched > 0 || !request.upsert) return { matched, updated: modified, ...(document && { document }) }
      const { entry } = await this.#open(caller, request.collection, 'create')
      const sent = make()
      const made = this.#newDocument(caller, sent)
      await this.#door.admit(entry, [{ sent, complete: made }])
      if (!(await this.#exists(request.collection, made._id))) {
        try {
          await this.#writer.insert(request.collection, [made])
          return { matched: 0, updated: 0, upsertedId: made._id, document: made }
        } catch (error) {
          const lost = error instanceof CloudsteadError && error.code === 'DATABASE_DUPLICATE_WRITE'
          if (!lost || !(await this.#exists(request.collection, made._id))) throw error
        }
      } else if (!(await this.#stillMatches(selection))) return { matched: 0, updated: 0 }
    }
    throw new CloudsteadError('DATABASE_TRANSACTION_CONFLICT')
  }

  /** A document that is there but does not match is somebody else's, or differs in another condition. */
  async #stillMatches(selection: Selection): Promise<boolean> {
    const window = { order: [], offset: 0, limit: 1 }
    return (await findDocuments(this.#records, selection, window)).length > 0
  }

  async #exists(name: string, id: DocumentId): Promise<boolean> {
    return (await this.#stored(name, id)) !== undefined
  }

  /** @throws CloudsteadError when these fields may not be stored by this caller */
  #checkData(caller: Caller, data: DocumentObject): void {
    for (const name of Object.keys(data)) checkOwnerField(caller, name)
    checkStorable(data)
  }

  #newDocument(caller: Caller, data: DocumentObject): IdentifiedDocument {
    this.#checkData(caller, data)
    const _id = '_id' in data ? checkId(data._id) : this.#newId()
    const owner = caller.kind === 'user' ? { _openid: ownerMark(caller) } : {}
    return { _id, ...owner, ...data }
  }

  #build(name: string): void {
    if (this.#builds.has(name) || this.#closing) return
    const build = buildIndexes(
      { records: this.#records, collections: this.#collections, log: this.#log, stopped: () => this.#closing },
      name,
    )
      .catch((error: unknown) => this.#log?.error({ err: error, collection: name }, 'building indexes failed'))
      .finally(() => this.#builds.delete(name))
    this.#builds.set(name, build)
  }
}

/** What an upserting update makes: the fields that the query fixes, changed by the update. */
function withUpdate(query: DocumentObject, update: (document: DocumentObject) => void): DocumentObject {
  const document: DocumentObject = {}
  for (const [path, value] of fixedFields(query)) slotAt(document, parsePath(path), true)?.set(structuredClone(value))
  update(document)
  return document
}
