import type { CollectionInfo, databaseOperations, Progress, SettingSource, StoredDocument } from '@cloudstead/admin-api'
import {
  type AdminCaller,
  CloudsteadError,
  type DocumentObject,
  decodeEjsonValue,
  encodeRelaxedEjson,
  isDocumentObject,
  type Text,
} from '@cloudstead/protocol'
import type { CountedCollection, VersionedDocument } from '../../database/administration.ts'
import type { Database } from '../../database/database.ts'
import type { DocumentId } from '../../database/document-id.ts'
import type { DropProgress } from '../../database/drop-collection.ts'
import type { ExportFormat } from '../../database/export-documents.ts'
import type { ImportProgress } from '../../database/import-documents.ts'
import { parseQueryText } from '../../database/query-text.ts'
import type { OrderPart } from '../../database/sort.ts'
import { StaleVersionError } from '../../database/stale-version-error.ts'
import { collectionKey, type SavedSettings } from '../../saved-settings/saved-settings.ts'
import { problemOf } from './answers.ts'
import type { Handlers } from './handlers.ts'
import { settingChanged } from './setting-errors.ts'

export interface DatabaseHandlersOptions {
  readonly database: Database
  readonly settings: Pick<SavedSettings, 'settings' | 'reset'>
}

/** The operations on collections and documents. Documents are sent as relaxed Extended JSON. */
export function databaseHandlers({ database, settings }: DatabaseHandlersOptions): Handlers<typeof databaseOperations> {
  const listed = async (caller: AdminCaller): Promise<readonly CollectionInfo[]> => {
    const sources = sourcesOf(settings)
    const collections = await database.administer(caller).collections()
    return collections.map((one) => collectionInfo(one, sources.get(one.name) ?? 'default'))
  }
  const document = (json: Readonly<Record<string, unknown>>) =>
    objectOf(json, { en: 'the document', zh: '文档' }, database.now())
  const query = (text: string | undefined) =>
    text === undefined ? {} : { query: objectOf(parseQueryText(text), { en: 'the query', zh: '查询' }, database.now()) }

  return {
    async listCollections(_input, { caller }) {
      return { items: await listed(caller) }
    },
    async createCollection({ body: { name } }, { caller }) {
      await database.createCollection(caller, name)
      const made = (await listed(caller)).find((one) => one.name === name)
      if (made === undefined)
        throw new CloudsteadError('DATABASE_COLLECTION_NOT_EXIST', {
          en: `'${name}' was just deleted`,
          zh: `'${name}' 刚刚被删除`,
        })
      return made
    },
    dropCollection({ params: { name }, query: { confirm } }, { caller, by, signal }) {
      if (confirm !== name)
        throw new CloudsteadError('INVALID_PARAM', {
          en: 'confirm must be the name of the collection',
          zh: 'confirm 必须是集合的名称',
        })
      const forget = () => forgetSettings(settings, name, by)
      return quietly(dropLines(database.administer(caller).drop(name, { forget, signal })), signal)
    },
    async listDocuments({ params: { name }, query: asked }, { caller, signal }) {
      const { after, limit } = asked
      const order = orderOf(asked)
      const request = { collection: name, ...query(asked.query), order, after, limit, signal }
      try {
        const { documents, next } = await database.administer(caller).page(request)
        return { items: documents.map(stored), ...(next === undefined ? {} : { next }) }
      } catch (error) {
        // The client has gone, so the cancelled search is not an error.
        if (signal.aborted) return { items: [] }
        throw error
      }
    },
    async countDocuments({ params: { name }, query: asked }, { caller }) {
      return { count: await database.count(caller, { collection: name, ...query(asked.query) }) }
    },
    async getDocument({ params: { name }, query: { id } }, { caller }) {
      return stored(await database.administer(caller).read(name, parseId(id)))
    },
    async createDocument({ params: { name }, body }, { caller }) {
      const [id] = await database.insert(caller, name, [document(body.document)])
      return stored(await database.administer(caller).read(name, id ?? ''))
    },
    async replaceDocument({ params: { name }, body }, { caller }) {
      const { id, version } = body
      const changed = { id, version, document: document(body.document) }
      try {
        return stored(await database.administer(caller).save(name, changed))
      } catch (error) {
        throw error instanceof StaleVersionError ? new CloudsteadError('CONSOLE_CONFLICT') : error
      }
    },
    async deleteDocuments({ params: { name }, body: { ids } }, { caller }) {
      const request = { collection: name, query: { _id: { $in: ids } }, multi: true }
      return { deleted: await database.remove(caller, request) }
    },
    importDocuments({ params: { name }, query: { format, existing = 'refuse' } }, { caller, bytes, signal }) {
      const request = { collection: name, format, existing, bytes, signal }
      return quietly(importLines(database.administer(caller).import(request)), signal)
    },
    async exportDocuments({ params: { name }, query: asked }, { caller, signal }) {
      const { format } = asked
      const request = { collection: name, ...query(asked.query), format, signal }
      const body = await database.administer(caller).export(request)
      return { name: `${name}.${format}`, contentType: CONTENT_TYPES[format], body }
    },
  }
}

const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  json: 'application/json; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
}

/** The source of each collection's settings: the file takes precedence over the Console, and both over the default. */
function sourcesOf(settings: DatabaseHandlersOptions['settings']): ReadonlyMap<string, SettingSource> {
  const sources = new Map<string, SettingSource>()
  for (const { key, source } of settings.settings().values) {
    const name = collectionKey(key)?.collection
    if (name === undefined || source === 'default') continue
    if (sources.get(name) !== 'file') sources.set(name, source)
  }
  return sources
}

/** Resets what was saved in the Console for a collection. Settings of the file stay. */
async function forgetSettings(settings: DatabaseHandlersOptions['settings'], name: string, by: string): Promise<void> {
  const saved = settings
    .settings()
    .values.filter(({ key, source }) => source === 'console' && collectionKey(key)?.collection === name)
  for (const { key } of saved) await settingChanged(settings.reset(key, { version: settings.settings().version, by }))
}

function orderOf(asked: { readonly orderBy?: string; readonly direction?: 'asc' | 'desc' }): OrderPart | undefined {
  const { orderBy, direction = 'asc' } = asked
  if (orderBy === undefined && direction === 'asc') return undefined
  return { path: orderBy ?? '_id', direction: direction === 'asc' ? 1 : -1 }
}

/** @throws CloudsteadError INVALID_PARAM unless the JSON is an object */
function objectOf(json: unknown, what: Text, now: number): DocumentObject {
  const value = decodeEjsonValue(json, now)
  if (!isDocumentObject(value))
    throw new CloudsteadError('INVALID_PARAM', {
      en: `${what.en} must be an object in { }`,
      zh: `${what.zh}必须是 { } 中的对象`,
    })
  return value
}

/** @throws CloudsteadError INVALID_PARAM */
function parseId(text: string): DocumentId {
  let id: unknown
  try {
    id = JSON.parse(text)
  } catch {
    // Throws below.
  }
  if (typeof id === 'string' || typeof id === 'number') return id
  throw new CloudsteadError('INVALID_PARAM', {
    en: 'id must be JSON: a string in quotes, or a number',
    zh: 'id 必须是 JSON：带引号的字符串或数字',
  })
}

function stored({ id, version, document }: VersionedDocument): StoredDocument {
  return { id, version, document: encodeRelaxedEjson(document) as StoredDocument['document'] }
}

function collectionInfo(
  { name, declared, acl, documents, indexes }: CountedCollection,
  source: SettingSource,
): CollectionInfo {
  return {
    name,
    declared,
    source,
    acl,
    documents,
    indexes: indexes.map(({ label, fields, unique, status }) => ({
      name: label,
      fields: fields.map(({ path, direction }) => ({ path, direction: direction === 1 ? 'asc' : 'desc' })),
      unique,
      status,
    })),
  }
}

/** Ends lines without an error when they were cancelled because the reader has gone. */
async function* quietly(lines: AsyncIterable<Progress>, signal: AbortSignal): AsyncGenerator<Progress> {
  try {
    yield* lines
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function* dropLines(steps: AsyncIterable<DropProgress>): AsyncGenerator<Progress> {
  let last: DropProgress = { done: 0, total: 0 }
  for await (const step of steps) {
    last = step
    yield step
  }
  yield { ...last, finished: true }
}

function problemAtLine({ line, error }: ImportProgress['problems'][number]) {
  return { item: `line ${line}`, problem: problemOf(error) }
}

async function* importLines(steps: AsyncIterable<ImportProgress>): AsyncGenerator<Progress> {
  let counts: Progress = { done: 0 }
  let problems: NonNullable<Progress['problems']> = []
  for await (const step of steps) {
    const { problems: found, ...rest } = step
    counts = rest
    const isNew = found.length > problems.length
    if (isNew) problems = found.toSorted((a, b) => a.line - b.line).map(problemAtLine)
    // Repeating a hundred problems in every line would make the lines long.
    yield isNew ? { ...counts, problems } : counts
  }
  yield { ...counts, problems, finished: true }
}
