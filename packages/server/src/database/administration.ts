import { Readable } from 'node:stream'
import { type AdminCaller, CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import { type BrowseRequest, browse } from './browse.ts'
import { type Collection, documentSpace, type ListedCollection } from './collections.ts'
import { checkId, type DocumentId, type IdentifiedDocument, recordId } from './document-id.ts'
import { type DropOptions, type DropProgress, dropCollection } from './drop-collection.ts'
import { type ExportFormat, exportText } from './export-documents.ts'
import { type ImportProgress, type ImportRequest, importDocuments } from './import-documents.ts'
import { checkQuery } from './query-check.ts'
import { RequestBudget } from './request-budget.ts'
import type { QueryRequest } from './requests.ts'
import { type Selection, select } from './selection.ts'
import { unpackDocument } from './stored-document.ts'
import { checkStorable } from './write-checks.ts'
import { saveDocument, type WriteOptions } from './write-documents.ts'

/** One version of a document. */
export interface VersionedDocument {
  readonly id: DocumentId
  /** Increases with every change. */
  readonly version: number
  readonly document: DocumentObject
}

interface DocumentPage {
  readonly documents: readonly VersionedDocument[]
  /** Cursor of the next page; absent on the last page only. */
  readonly next?: string
}

interface ExportRequest extends QueryRequest {
  readonly format: ExportFormat
  /** Ends the text early, for a reader that has gone. */
  readonly signal?: AbortSignal | undefined
}

export interface CountedCollection extends ListedCollection {
  readonly documents: number
}

/**
 * Operations for administrators: on whole collections, and on documents with their versions. Writes go through the same
 * checks as all others. Every operation may throw CloudsteadError INVALID_PARAM and DATABASE_COLLECTION_NOT_EXIST,
 * checked in this order.
 */
export interface Administration {
  /** All collections, sorted by name. */
  collections(): Promise<readonly CountedCollection[]>
  /** Deletes the documents in steps, then the collection. A collection that is declared in the settings stays, empty. */
  drop(collection: string, options?: DropOptions): AsyncGenerator<DropProgress>
  /** One page of the matching documents; see `browse`. */
  page(request: QueryRequest & BrowseRequest): Promise<DocumentPage>
  /** @throws CloudsteadError NOT_FOUND */
  read(collection: string, id: DocumentId): Promise<VersionedDocument>
  /**
   * Replaces the given version of a document. `_id` may be left out and cannot change.
   *
   * @throws StaleVersionError when the document has a newer version; CloudsteadError NOT_FOUND, DATABASE_DUPLICATE_WRITE
   */
  save(collection: string, changed: VersionedDocument): Promise<VersionedDocument>
  /** The matching documents as the text of a file; see `exportText`. */
  export(request: ExportRequest): Promise<Readable>
  /** Stores the documents of a file; see `importDocuments`. */
  import(request: ImportRequest): AsyncGenerator<ImportProgress>
}

export interface AdministrationOptions extends WriteOptions {
  readonly caller: AdminCaller
  /** The server's clock in ms. */
  readonly now: () => number
  /** Opens a collection and starts to build its new indexes. */
  readonly open: (name: string) => Promise<Collection>
  /** Completes a document for an insert. @throws CloudsteadError when it must not be inserted */
  readonly complete: (document: DocumentObject) => IdentifiedDocument
}

export function createAdministration(options: AdministrationOptions): Administration {
  const { caller, records, collections, now, open, complete } = options

  async function selectAll(name: string, query: DocumentObject = {}): Promise<Selection> {
    return select(await open(name), { kind: 'all' }, checkQuery(query, caller), new RequestBudget({ timed: false }))
  }

  async function read(name: string, id: DocumentId): Promise<VersionedDocument> {
    const { space } = await open(name)
    const [record] = await records.get([{ space, id: recordId(checkId(id)) }])
    if (record === undefined) {
      throw new CloudsteadError('NOT_FOUND', {
        en: `there is no document with this _id in '${name}'`,
        zh: `集合 '${name}' 中没有该 _id 的文档`,
      })
    }
    return versioned(record.version, unpackDocument(record.value))
  }

  return {
    collections: () => countedCollections(options),
    async *drop(collection, dropping) {
      if (!(await collections.isDropped(collection))) await collections.rules(collection)
      yield* dropCollection(options, collection, dropping)
    },
    async page({ collection, query, ...request }) {
      const { found, next } = await browse(records, await selectAll(collection, query), request)
      const documents = found.map(({ record, document }) => versioned(record.version, document))
      return { documents, ...(next !== undefined && { next }) }
    },
    read,
    async save(collection, { id, version, document }) {
      const _id = checkId(id)
      if ('_id' in document && !Object.is(document._id, _id)) {
        throw new CloudsteadError('INVALID_PARAM', {
          en: '_id cannot be changed: add a new document instead',
          zh: '_id 不能修改，请另外添加文档',
        })
      }
      checkStorable(document)
      await open(collection)
      await saveDocument(options, collection, { _id, ...document }, version)
      return read(collection, _id)
    },
    async export({ collection, query, format, signal }) {
      const selection = await selectAll(collection, query)
      return Readable.from(await exportText(records, selection, format, signal), { objectMode: false })
    },
    async *import(request) {
      await open(request.collection)
      yield* importDocuments({ ...options, now: now(), complete }, request)
    },
  }
}

/** All collections, sorted by name, with the number of their documents. */
export async function countedCollections({
  records,
  collections,
  open,
}: Pick<AdministrationOptions, 'records' | 'collections' | 'open'>): Promise<readonly CountedCollection[]> {
  const listed = await collections.list()
  // The first use of a collection after a change of its settings starts to build its indexes, and this is a use.
  for (const { name, indexes } of listed) if (indexes.some(({ status }) => status === 'building')) await open(name)
  return Promise.all(listed.map(async (one) => ({ ...one, documents: await records.count(documentSpace(one.name)) })))
}

function versioned(version: number, document: DocumentObject): VersionedDocument {
  const { _id } = document
  if (typeof _id !== 'string' && typeof _id !== 'number') throw new Error('a stored document has no _id')
  return { id: _id, version, document }
}
