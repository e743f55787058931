/** Files. Paths of folders end with a slash; the root folder is the empty text. */
import { DONE, MAX_PAGE, PAGE, PROGRESS, page, TEXT, TIME } from '../common.ts'
import { operation } from '../operation.ts'
import { any, array, boolean, choice, integer, nullable, object, optional, type Static, string } from '../schema.ts'

const PATH = string({ maxLength: 850 })
const PATHS = array(PATH, { minItems: 1, maxItems: MAX_PAGE })

const ENTRY = object({
  kind: choice(['file', 'folder']),
  path: string({ description: 'whole cloudPath; that of a folder ends with /' }),
  name: string(),
  /** The rest is of files only. */
  size: optional(integer({ description: 'bytes' })),
  contentType: optional(string()),
  updatedAt: optional(TIME),
  previewUrl: optional(string({ description: 'temporary URL of an image; lives a few minutes' })),
})
export type StorageEntry = Static<typeof ENTRY>

export const listFiles = operation('GET', '/storage/files', {
  summary: 'The files and folders of a folder in the order of their paths',
  query: {
    folder: optional(PATH),
    startsWith: optional(string({ maxLength: 850, description: 'only names that begin so' })),
    deep: optional(boolean({ description: 'files of all folders below it too, and no folders' })),
    ...PAGE,
  },
  answer: page(ENTRY),
  errors: ['INVALID_FILE_NAME'],
})

const FILE = object({
  path: string(),
  name: string(),
  fileId: string(),
  size: integer(),
  contentType: string(),
  etag: string(),
  createdAt: TIME,
  updatedAt: TIME,
  owner: optional(string({ description: 'the {id} of users/{id}/ in its path' })),
  creator: optional(array(string(), { description: 'every id of whoever uploaded it first' })),
  cacheControl: optional(string()),
  metadata: optional(any()),
  publicUrl: optional(string({ description: 'the permanent URL, where everybody may read it' })),
  readers: array(object({ who: choice(['nobody', 'anonymous', 'user', 'owner']), allowed: boolean(), reason: TEXT }), {
    description: 'who may read it under the rules that hold now',
  }),
})
export type StorageFile = Static<typeof FILE>

export const getFile = operation('GET', '/storage/file', {
  summary: 'Everything about one file',
  query: { path: PATH },
  answer: FILE,
  errors: ['STORAGE_FILE_NONEXIST'],
})

export const createFileUrl = operation('POST', '/storage/file-urls', {
  summary: 'Makes a temporary URL with a lifetime of choice',
  body: object({ path: PATH, maxAge: optional(integer({ minimum: 1, maximum: 86_400, description: 'seconds' })) }),
  answer: object({ url: string(), expiresAt: nullable(TIME) }),
  errors: ['STORAGE_FILE_NONEXIST'],
})

export const createFolder = operation('POST', '/storage/folders', {
  summary: 'Makes an empty folder: an object without bytes whose name ends with a slash',
  body: object({ path: PATH }),
  answer: DONE,
  errors: ['INVALID_FILE_NAME', 'STORAGE_FILE_EXIST'],
})

export const issueUpload = operation('POST', '/storage/uploads', {
  summary: 'Makes a URL to which the bytes of a file are PUT, as the SDKs do it',
  body: object({
    path: PATH,
    overwrite: optional(boolean()),
    size: optional(integer({ minimum: 0, description: 'bytes; says before they travel whether they are too many' })),
  }),
  answer: object({ url: string(), headers: any<Readonly<Record<string, string>>>() }),
  errors: ['INVALID_FILE_NAME', 'STORAGE_FILE_EXIST', 'EXCEED_UPLOAD_MAXFILESIZE'],
})

export const countFiles = operation('POST', '/storage/counts', {
  summary: 'How many files, and how many bytes, some files and folders hold',
  body: object({ paths: PATHS }),
  answer: object({
    files: integer(),
    bytes: integer(),
    more: boolean({ description: 'counting was ended early; there are more' }),
  }),
})

export const moveFiles = operation('POST', '/storage/moves', {
  summary: 'Moves or copies files and whole folders',
  description:
    'Each file by itself and in one step: what is done stays done when the request is cancelled. A folder that is there already takes the files in.',
  kind: 'lines',
  body: object({
    items: array(object({ from: PATH, to: PATH }), { minItems: 1, maxItems: MAX_PAGE }),
    copy: optional(boolean()),
    overwrite: optional(boolean()),
  }),
  answer: PROGRESS,
  errors: ['INVALID_FILE_NAME'],
})

export const deleteFiles = operation('POST', '/storage/deletions', {
  summary: 'Deletes files and whole folders',
  kind: 'lines',
  body: object({ paths: PATHS }),
  answer: PROGRESS,
  errors: ['INVALID_FILE_NAME'],
})

export const createZip = operation('POST', '/storage/zips', {
  summary: 'Makes a download of files and folders in one zip; the answer says where to get it, once, within a minute',
  body: object({ paths: PATHS, name: optional(string({ maxLength: 100 })) }),
  answer: object({ url: string({ description: 'path on this server' }) }),
  errors: ['STORAGE_FILE_NONEXIST'],
})

export const getZip = operation('GET', '/storage/zips/{id}', {
  summary: 'The zip that was made',
  params: { id: string({ maxLength: 64 }) },
  kind: 'bytes',
  errors: ['NOT_FOUND'],
})
