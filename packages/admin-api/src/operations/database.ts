/** Collections and documents. Documents are encoded as EJSON: `{"$date": ...}`, `{"$numberLong": ...}` and so on. */
import { MAX_PAGE, PAGE, PROGRESS, page } from '../common.ts'
import { operation } from '../operation.ts'
import {
  anyObject,
  array,
  boolean,
  choice,
  either,
  integer,
  number,
  object,
  optional,
  type Static,
  string,
} from '../schema.ts'
import { SOURCE } from './settings.ts'

const NAME = string({ minLength: 1, maxLength: 120 })
const ID = either([string({ maxLength: 1024 }), number()])
const JSON_TEXT = string({ maxLength: 100_000 })

const COLLECTION = object({
  name: string(),
  declared: boolean({
    description: 'declared in the configuration file or the Console, rather than created by an SDK call',
  }),
  source: SOURCE,
  acl: string({ description: 'the name of a preset, or CUSTOM' }),
  documents: integer(),
  indexes: array(
    object({
      name: string(),
      fields: array(object({ path: string(), direction: choice(['asc', 'desc']) })),
      unique: boolean(),
      status: choice(['building', 'ready', 'failed']),
    }),
  ),
})
export type CollectionInfo = Static<typeof COLLECTION>

export const listCollections = operation('GET', '/database/collections', {
  summary: 'Lists all collections by name',
  answer: object({ items: array(COLLECTION) }),
})

export const createCollection = operation('POST', '/database/collections', {
  summary: 'Creates a collection with the permission PRIVATE',
  body: object({ name: NAME }),
  answer: COLLECTION,
  errors: ['DATABASE_COLLECTION_ALREADY_EXIST', 'INVALID_PARAM'],
})

export const dropCollection = operation('DELETE', '/database/collections/{name}', {
  summary:
    'Deletes a collection with all its documents; a collection declared in the configuration file is only emptied',
  params: { name: NAME },
  query: { confirm: string({ description: 'the name of the collection again' }) },
  kind: 'lines',
  answer: PROGRESS,
  errors: ['DATABASE_COLLECTION_NOT_EXIST', 'INVALID_PARAM'],
})

export type JsonDocument = Readonly<Record<string, unknown>>
const STORED = object({
  id: ID,
  version: integer({ description: 'to be sent back when saving' }),
  document: anyObject<JsonDocument>({ description: 'EJSON' }),
})
export type StoredDocument = Static<typeof STORED>

export const listDocuments = operation('GET', '/database/collections/{name}/documents', {
  summary: 'Lists documents of a collection',
  description:
    'The query may use the operators of the SDKs, commands such as `_.gt(5)`, regular expressions, comments, unquoted names and trailing commas. A page may have fewer documents than its limit: only next says whether there are more.',
  params: { name: NAME },
  query: {
    query: optional(string({ maxLength: 100_000, description: 'a query as EJSON text' })),
    orderBy: optional(string({ maxLength: 1024, description: 'the path of a field; default: by id' })),
    direction: optional(choice(['asc', 'desc'])),
    ...PAGE,
  },
  answer: page(STORED),
  errors: ['DATABASE_COLLECTION_NOT_EXIST', 'INVALID_PARAM'],
})

export const countDocuments = operation('GET', '/database/collections/{name}/count', {
  summary: 'Counts the documents that match a query',
  params: { name: NAME },
  query: { query: optional(JSON_TEXT) },
  answer: object({ count: integer() }),
  errors: ['DATABASE_COLLECTION_NOT_EXIST', 'INVALID_PARAM'],
})

export const getDocument = operation('GET', '/database/collections/{name}/document', {
  summary: 'Returns one document',
  params: { name: NAME },
  query: { id: string({ maxLength: 2048, description: 'the id as JSON: "abc" in quotes, or 5' }) },
  answer: STORED,
  errors: ['DATABASE_COLLECTION_NOT_EXIST', 'NOT_FOUND'],
})

export const createDocument = operation('POST', '/database/collections/{name}/documents', {
  summary: 'Adds a document; one without _id gets a generated id',
  params: { name: NAME },
  body: object({ document: anyObject<JsonDocument>() }),
  answer: STORED,
  errors: ['DATABASE_DUPLICATE_WRITE', 'INVALID_PARAM'],
})

export const replaceDocument = operation('PUT', '/database/collections/{name}/document', {
  summary: 'Saves an edited document unless it was changed in the meantime',
  params: { name: NAME },
  body: object({ id: ID, version: integer(), document: anyObject<JsonDocument>() }),
  answer: STORED,
  errors: ['CONSOLE_CONFLICT', 'NOT_FOUND', 'DATABASE_DUPLICATE_WRITE', 'INVALID_PARAM'],
})

export const deleteDocuments = operation('POST', '/database/collections/{name}/deletions', {
  summary: 'Deletes documents',
  params: { name: NAME },
  body: object({ ids: array(ID, { minItems: 1, maxItems: MAX_PAGE }) }),
  answer: object({ deleted: integer() }),
})

const FORMAT = choice(['json', 'jsonl', 'csv'])

export const importDocuments = operation('POST', '/database/collections/{name}/import', {
  summary: 'Imports documents from a JSON array, JSON Lines, or CSV with a header row',
  params: { name: NAME },
  query: { format: FORMAT, existing: optional(choice(['refuse', 'skip', 'replace'])) },
  raw: true,
  kind: 'lines',
  answer: PROGRESS,
  errors: ['DATABASE_COLLECTION_NOT_EXIST', 'INVALID_PARAM'],
})

export const exportDocuments = operation('GET', '/database/collections/{name}/export', {
  summary: 'Exports documents of a collection to a file',
  params: { name: NAME },
  query: { format: FORMAT, query: optional(JSON_TEXT) },
  kind: 'bytes',
  errors: ['DATABASE_COLLECTION_NOT_EXIST', 'INVALID_PARAM'],
})
