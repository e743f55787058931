/** Collections and documents. Documents travel as EJSON: `{"$date": ...}`, `{"$numberLong": ...}` and so on. */
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
  declared: boolean({ description: 'by the file or the Console; else it was created by a call' }),
  source: SOURCE,
  acl: string({ description: 'a preset, or CUSTOM' }),
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
  summary: 'Every collection in the order of the names',
  answer: object({ items: array(COLLECTION) }),
})

export const createCollection = operation('POST', '/database/collections', {
  summary: 'Makes a collection; its permission is PRIVATE until it gets another',
  body: object({ name: NAME }),
  answer: COLLECTION,
  errors: ['DATABASE_COLLECTION_ALREADY_EXIST', 'INVALID_PARAM'],
})

export const dropCollection = operation('DELETE', '/database/collections/{name}', {
  summary: 'Deletes a collection with all of its documents; one that the configuration file declares is emptied',
  params: { name: NAME },
  query: { confirm: string({ description: 'the name once more' }) },
  kind: 'lines',
  answer: PROGRESS,
  errors: ['DATABASE_COLLECTION_NOT_EXIST', 'INVALID_PARAM'],
})

export type JsonDocument = Readonly<Record<string, unknown>>
const STORED = object({
  id: ID,
  version: integer({ description: 'give it back when saving' }),
  document: anyObject<JsonDocument>({ description: 'EJSON' }),
})
export type StoredDocument = Static<typeof STORED>

export const listDocuments = operation('GET', '/database/collections/{name}/documents', {
  summary: 'Documents of a collection',
  description:
    'The query has the operators of the SDKs; comments, names without quotes and trailing commas are tolerated. A page may hold fewer documents than its limit: only next says whether there are more.',
  params: { name: NAME },
  query: {
    query: optional(string({ maxLength: 100_000, description: 'a query as EJSON text' })),
    orderBy: optional(string({ maxLength: 1024, description: 'a path; without it they come in the order of the ids' })),
    direction: optional(choice(['asc', 'desc'])),
    ...PAGE,
  },
  answer: page(STORED),
  errors: ['DATABASE_COLLECTION_NOT_EXIST', 'INVALID_PARAM'],
})

export const countDocuments = operation('GET', '/database/collections/{name}/count', {
  summary: 'How many documents match',
  params: { name: NAME },
  query: { query: optional(JSON_TEXT) },
  answer: object({ count: integer() }),
  errors: ['DATABASE_COLLECTION_NOT_EXIST', 'INVALID_PARAM'],
})

export const getDocument = operation('GET', '/database/collections/{name}/document', {
  summary: 'One document',
  params: { name: NAME },
  query: { id: string({ maxLength: 2048, description: 'the id as JSON: "abc" in quotes, or 5' }) },
  answer: STORED,
  errors: ['DATABASE_COLLECTION_NOT_EXIST', 'NOT_FOUND'],
})

export const createDocument = operation('POST', '/database/collections/{name}/documents', {
  summary: 'Adds a document; without _id it gets one',
  params: { name: NAME },
  body: object({ document: anyObject<JsonDocument>() }),
  answer: STORED,
  errors: ['DATABASE_DUPLICATE_WRITE', 'INVALID_PARAM'],
})

export const replaceDocument = operation('PUT', '/database/collections/{name}/document', {
  summary: 'Saves an edited document, if nobody changed it meanwhile',
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
  summary: 'Adds the documents of a file: a JSON array, a JSON object a line, or CSV with a row of names',
  params: { name: NAME },
  query: { format: FORMAT, existing: optional(choice(['refuse', 'skip', 'replace'])) },
  raw: true,
  kind: 'lines',
  answer: PROGRESS,
  errors: ['DATABASE_COLLECTION_NOT_EXIST', 'INVALID_PARAM'],
})

export const exportDocuments = operation('GET', '/database/collections/{name}/export', {
  summary: 'The documents of a collection as a file',
  params: { name: NAME },
  query: { format: FORMAT, query: optional(JSON_TEXT) },
  kind: 'bytes',
  errors: ['DATABASE_COLLECTION_NOT_EXIST', 'INVALID_PARAM'],
})
