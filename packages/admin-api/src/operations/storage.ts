/** Files and folders. Paths of folders end with a slash; the path of the root folder is the empty string. */
import { DONE, MAX_PAGE, PAGE, PROGRESS, TEXT, TIME } from '../common.ts'
import { operation } from '../operation.ts'
import { any, array, boolean, choice, integer, nullable, object, optional, type Static, string } from '../schema.ts'

const PATH = string({ maxLength: 850 })
const PATHS = array(PATH, { minItems: 1, maxItems: MAX_PAGE })

const ENTRY = object({
  kind: choice(['file', 'folder']),
  path: string({ description: 'the full cloudPath; ends with / for a folder' }),
  name: string(),
  /** The members below are of files only. */
  size: optional(integer({ description: 'bytes' })),
  contentType: optional(string()),
  updatedAt: optional(TIME),
  previewUrl: optional(string({ description: 'temporary URL of an image; valid for a few minutes' })),
})
export type StorageEntry = Static<typeof ENTRY>

export const listFiles = operation('GET', '/storage/files', {
  summary: 'Lists the files and folders in a folder, or finds those below it by a part of their names',
  description:
    'Without sort, the list is by path. With contains, one request looks at a limited number of files: a page may be empty although there is a next one, and searched says how far it came. sort and contains cannot be combined with each other, with startsWith or with deep.',
  query: {
    folder: optional(PATH),
    startsWith: optional(string({ maxLength: 850, description: 'only names that start with this text' })),
    deep: optional(boolean({ description: 'the files in all subfolders too, without the folders themselves' })),
    sort: optional(
      choice(['name', 'size', 'type', 'changed'], { description: 'folders first, then the files in this order' }),
    ),
    order: optional(choice(['ascending', 'descending'])),
    contains: optional(
      string({
        minLength: 1,
        maxLength: 850,
        description: 'the files and folders at any depth whose names contain this text, in upper or lower case',
      }),
    ),
    ...PAGE,
  },
  answer: object({
    items: array(ENTRY),
    next: optional(string()),
    searched: optional(integer({ description: 'with contains: how many files were looked at for this page' })),
  }),
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
  owner: optional(string({ description: 'the {id} of a path that starts with users/{id}/' })),
  creator: optional(array(string(), { description: 'the ids of the user who first uploaded the file' })),
  cacheControl: optional(string()),
  metadata: optional(any()),
  publicUrl: optional(string({ description: 'the permanent URL, if everybody may read the file' })),
  readers: array(object({ who: choice(['nobody', 'anonymous', 'user', 'owner']), allowed: boolean(), reason: TEXT }), {
    description: 'who may read the file under the rules in force',
  }),
})
export type StorageFile = Static<typeof FILE>

export const getFile = operation('GET', '/storage/file', {
  summary: 'Returns the details of one file',
  query: { path: PATH },
  answer: FILE,
  errors: ['STORAGE_FILE_NONEXIST'],
})

export const createFileUrl = operation('POST', '/storage/file-urls', {
  summary: 'Creates a temporary URL, optionally with a lifetime',
  body: object({ path: PATH, maxAge: optional(integer({ minimum: 1, maximum: 86_400, description: 'seconds' })) }),
  answer: object({ url: string(), expiresAt: nullable(TIME) }),
  errors: ['STORAGE_FILE_NONEXIST'],
})

export const createFolder = operation('POST', '/storage/folders', {
  summary: 'Creates an empty folder: an object without bytes whose name ends with a slash',
  body: object({ path: PATH }),
  answer: DONE,
  errors: ['INVALID_FILE_NAME', 'STORAGE_FILE_EXIST'],
})

export const correctFileType = operation('PUT', '/storage/file-type', {
  summary: 'Corrects the type of a stored file',
  description:
    'Browsers show only some types inline, pictures for example; a file of any other type stays a download, whatever it is called.',
  body: object({ path: PATH, contentType: string({ maxLength: 200, description: 'such as image/png' }) }),
  answer: DONE,
  errors: ['INVALID_FILE_NAME', 'STORAGE_FILE_NONEXIST'],
})

export const issueUpload = operation('POST', '/storage/uploads', {
  summary: 'Creates a URL to which the bytes of a file are PUT, as the SDKs do',
  body: object({
    path: PATH,
    overwrite: optional(boolean()),
    size: optional(
      integer({ minimum: 0, description: 'bytes; a file that is too large is refused before the upload' }),
    ),
  }),
  answer: object({ url: string(), headers: any<Readonly<Record<string, string>>>() }),
  errors: ['INVALID_FILE_NAME', 'STORAGE_FILE_EXIST', 'EXCEED_UPLOAD_MAXFILESIZE'],
})

export const countFiles = operation('POST', '/storage/counts', {
  summary: 'Counts the files and bytes of files and folders',
  body: object({ paths: PATHS }),
  answer: object({
    files: integer(),
    bytes: integer(),
    more: boolean({ description: 'counting stopped early; there are more' }),
  }),
})

export const moveFiles = operation('POST', '/storage/moves', {
  summary: 'Moves or copies files and whole folders',
  description:
    'Each file is moved or copied atomically. When the request is cancelled, the files that are done stay done. Files are added to a folder that exists already.',
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
  summary: 'Prepares a ZIP of files and folders; its URL can be used once, within a minute',
  body: object({ paths: PATHS, name: optional(string({ maxLength: 100 })) }),
  answer: object({ url: string({ description: 'a path on this server' }) }),
  errors: ['STORAGE_FILE_NONEXIST'],
})

export const getZip = operation('GET', '/storage/zips/{id}', {
  summary: 'Downloads a prepared ZIP',
  params: { id: string({ maxLength: 64 }) },
  kind: 'bytes',
  errors: ['NOT_FOUND'],
})
