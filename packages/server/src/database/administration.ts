import { Readable } from 'node:stream'
import { type AdminCaller, CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import type { Records } from '../engines/records/records.ts'
import { type BrowseRequest, browse } from './browse.ts'
import { type Collection, type Collections, documentSpace, type ListedCollection } from './collections.ts'
import { checkId, type DocumentId, type IdentifiedDocument, recordId } from './document-id.ts'
import { type DropOptions, type DropProgress, dropCollection } from './drop.ts'
import { type ExportFormat, exportText } from './export.ts'
import { type ImportProgress, type ImportRequest, importDocuments } from './import.ts'
import { checkQuery } from './query-check.ts'
import { type Selection, select } from './reader.ts'
import type { QueryRequest } from './requests.ts'
import { unpackDocument } from './stored-document.ts'
import { checkStorable } from './write-checks.ts'
import type { Writer } from './writer.ts'

/** A document as it is stored at one moment. */
export interface VersionedDocument {
  readonly id: DocumentId
  /** Grows with every change. */
  readonly version: number
  readonly document: DocumentObject
}

export interface DocumentPage {
  readonly documents: readonly VersionedDocument[]
  /** Where the next page begins; absent at the end, and only there. */
  readonly next?: string
}

export interface CountedCollection extends ListedCollection {
  readonly documents: number
}

/**
 * What administrators do with collections as a whole, and with documents as one looks at them: versions are seen, and a
 * save rests on one. All of it goes through the same checks as other writes. Operations may throw INVALID_PARAM and
 * DATABASE_COLLECTION_NOT_EXIST, in this order.
 */
export interface Administration {
  /** Every collection in the order of the names. */
  collections(): Promise<readonly CountedCollection[]>
  /** Deletes the documents in steps, then the collection; one that the settings have stays, empty. */
  drop(collection: string, options?: DropOptions): AsyncGenerator<DropProgress>
  /** A page of the documents that match; see `browse`. */
  page(request: QueryRequest & BrowseRequest): Promise<DocumentPage>
  /** @throws CloudsteadError NOT_FOUND */
  read(collection: string, id: DocumentId): Promise<VersionedDocument>
  /**
   * Puts a document in the place of the version that was seen; `_id` may be left out, and cannot change.
   *
   * @throws StaleVersionError when it was changed since, CloudsteadError NOT_FOUND, DATABASE_DUPLICATE_WRITE
   */
  save(collection: string, changed: VersionedDocument): Promise<VersionedDocument>
  /** The documents that match as the text of a file; see `exportText`. */
  export(
    request: QueryRequest & { readonly format: ExportFormat; readonly signal?: AbortSignal | undefined },
  ): Promise<Readable>
  /** Stores the documents of a file; see `importDocuments`. */
  import(request: ImportRequest): AsyncGenerator<ImportProgress>
}

export interface AdministrationParts {
  readonly caller: AdminCaller
  readonly records: Records
  readonly collections: Collections
  readonly writer: Writer
  readonly now: () => number
  /** A collection, whose new indexes begin to be built. */
  readonly open: (name: string) => Promise<Collection>
  /** Checks a document that is about to be made, and gives it an `_id`. */
  readonly complete: (document: DocumentObject) => IdentifiedDocument
}

export function administration(parts: AdministrationParts): Administration {
  return new CollectionAdministration(parts)
}

class CollectionAdministration implements Administration {
  readonly #parts: AdministrationParts

  constructor(parts: AdministrationParts) {
    this.#parts = parts
  }

  async collections(): Promise<readonly CountedCollection[]> {
    const { records, collections, open } = this.#parts
    const listed = await collections.list()
    // The first use of a collection after its settings changed begins the building of its indexes: looking at it is one.
    for (const { name, indexes } of listed) if (indexes.some(({ status }) => status === 'building')) await open(name)
    return Promise.all(listed.map(async (one) => ({ ...one, documents: await records.count(documentSpace(one.name)) })))
  }

  async *drop(collection: string, options: DropOptions = {}): AsyncGenerator<DropProgress> {
    const { collections } = this.#parts
    if (!(await collections.isDropped(collection))) await collections.rules(collection)
    yield* dropCollection(this.#parts, collection, options)
  }

  async page({ collection, query, ...request }: QueryRequest & BrowseRequest): Promise<DocumentPage> {
    const { found, next } = await browse(this.#parts.records, await this.#select(collection, query), request)
    const documents = found.map(({ record, document }) => versioned(record.version, document))
    return { documents, ...(next !== undefined && { next }) }
  }

  async read(collection: string, id: DocumentId): Promise<VersionedDocument> {
    const { records, open } = this.#parts
    const { space } = await open(collection)
    const [record] = await records.get([{ space, id: recordId(checkId(id)) }])
    if (record === undefined)
      throw new CloudsteadError('NOT_FOUND', `there is no document with this _id in '${collection}'`)
    return versioned(record.version, unpackDocument(record.value))
  }

  async save(collection: string, { id, version, document }: VersionedDocument): Promise<VersionedDocument> {
    const _id = checkId(id)
    if ('_id' in document && !Object.is(document._id, _id)) {
      throw new CloudsteadError('INVALID_PARAM', '_id cannot be changed: add a new document instead')
    }
    checkStorable(document)
    await this.#parts.open(collection)
    await this.#parts.writer.save(collection, { _id, ...document }, version)
    return this.read(collection, _id)
  }

  async export({
    collection,
    query,
    format,
    signal,
  }: QueryRequest & { readonly format: ExportFormat; readonly signal?: AbortSignal | undefined }): Promise<Readable> {
    const selection = await this.#select(collection, query)
    return Readable.from(await exportText(this.#parts.records, selection, format, signal), { objectMode: false })
  }

  async *import(request: ImportRequest): AsyncGenerator<ImportProgress> {
    const { open, writer, now, complete } = this.#parts
    await open(request.collection)
    yield* importDocuments({ writer, now: now(), make: complete }, request)
  }

  async #select(name: string, query: DocumentObject = {}): Promise<Selection> {
    const collection = await this.#parts.open(name)
    return select(collection, { kind: 'all' }, checkQuery(query, this.#parts.caller))
  }
}

function versioned(version: number, document: DocumentObject): VersionedDocument {
  const { _id } = document
  if (typeof _id !== 'string' && typeof _id !== 'number') throw new Error('a stored document has no _id')
  return { id: _id, version, document }
}
