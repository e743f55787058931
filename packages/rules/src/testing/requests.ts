import type { DocumentData } from '../database/context.ts'
import { text } from '../text.ts'
import { readData } from './document-data.ts'
import {
  checkCloudPath,
  type DocumentsByCollection,
  type JudgedFile,
  readDocuments,
  readSize,
  readStoredFile,
} from './initial-state.ts'
import { type Part, unknown } from './json-cursor.ts'
import type { People } from './users.ts'
import { checkQueryOperators, readUpdate } from './query.ts'

export const FILE_ACTIONS = ['read', 'write', 'upload', 'overwrite', 'delete'] as const
export type FileAction = (typeof FILE_ACTIONS)[number]

export const DOCUMENT_ACTIONS = ['read', 'create', 'update', 'delete', 'set'] as const
export type DocumentAction = (typeof DOCUMENT_ACTIONS)[number]

export interface FileRequest {
  readonly kind: 'file'
  readonly action: FileAction
  readonly path: string
  /** Bytes of the file that would be stored. */
  readonly size?: number
  /** The file that is there; null when there is none; absent: the one of the fixtures. */
  readonly stored?: JudgedFile | null
}

export interface DocumentRequest {
  readonly kind: 'document'
  readonly action: DocumentAction
  readonly collection: string
  readonly doc?: string | number
  readonly where?: DocumentData
  /** The document of `create` and `set`; the operators of `update`. */
  readonly data?: DocumentData
  /** The document that is there; null when there is none; absent: the one of the fixtures. */
  readonly stored?: DocumentData | null
  /** Looked at before those of the fixtures. */
  readonly documents: DocumentsByCollection
}

export type TestRequest = FileRequest | DocumentRequest

/** Members of a case that say what is asked for. */
export const FILE_KEYS = ['action', 'file', 'size', 'stored']
export const DOCUMENT_KEYS = ['action', 'collection', 'doc', 'where', 'data', 'stored', 'documents']

const SOMETHING = text(
  'what is asked for? give a "file" or a "collection"',
  '请求的是什么？请写 "file" 或 "collection"',
)

/**
 * What a case asks for.
 *
 * @param also members that the case has besides
 * @throws {RuleError}
 */
export function readRequest(part: Part, people: People, also: readonly string[]): TestRequest {
  const file = part.at('file')
  const collection = part.at('collection')
  if (file !== undefined && collection !== undefined) {
    file.fail(text('a case is about a file or about a collection', '一个用例要么针对文件，要么针对集合'))
  }
  if (file !== undefined) return readFileRequest(part.only([...also, ...FILE_KEYS]), file, people)
  part.only([...also, ...DOCUMENT_KEYS, ...(collection === undefined ? FILE_KEYS : [])])
  return collection === undefined ? part.fail(SOMETHING) : readDocumentRequest(part, collection)
}

function readFileRequest(part: Part, file: Part, people: People): FileRequest {
  const path = file.string()
  checkCloudPath(path, file)
  const action = part.need('action').word(FILE_ACTIONS)
  const size = part.at('size')
  if (size !== undefined && (action === 'read' || action === 'delete')) {
    size.fail(
      text(
        `a ${action} brings no bytes; the size of the file that is there stands in "stored" or "files"`,
        '读取和删除不带数据；已有文件的大小写在 "stored" 或 "files" 中',
      ),
    )
  }
  const stored = part.at('stored')
  return {
    kind: 'file',
    action,
    path,
    ...(size === undefined ? {} : { size: readSize(size) }),
    ...(stored === undefined ? {} : { stored: stored.value === null ? null : readStoredFile(stored, people) }),
  }
}

/** Which members an action takes beside the collection. */
const TAKES: Readonly<Record<DocumentAction, { readonly names: boolean; readonly data: boolean }>> = {
  read: { names: true, data: false },
  create: { names: false, data: true },
  update: { names: true, data: true },
  delete: { names: true, data: false },
  set: { names: true, data: true },
}

function readDocumentRequest(part: Part, named: Part): DocumentRequest {
  const action = part.need('action').word(DOCUMENT_ACTIONS)
  const { names, data: takesData } = TAKES[action]
  const doc = part.at('doc')
  const where = part.at('where')
  const data = part.at('data')
  const stored = part.at('stored')
  if (doc !== undefined && where !== undefined) {
    where.fail(text('a case has "doc" or "where", not both', '"doc" 和 "where" 只能写一个'))
  }
  for (const given of names ? [] : [doc, where, stored]) {
    given?.fail(text('a new document is described by "data" alone', '新文档只用 "data" 描述'))
  }
  if (action === 'set') {
    where?.fail(text('a set replaces one document: give "doc"', 'set 替换一个文档：请写 "doc"'))
    part.need('doc')
  }
  // The server logs an action that is refused whatever it asks for without what it asked for.
  const isBare = doc === undefined && where === undefined && stored === undefined
  if (takesData && !isBare) part.need('data')
  if (!takesData) data?.fail(text(`a ${action} brings no data`, `${action} 不带数据`))
  if (where !== undefined) checkQueryOperators(where)
  return {
    kind: 'document',
    action,
    collection: named.string(),
    ...(doc === undefined ? {} : { doc: readId(doc) }),
    ...(where === undefined ? {} : { where: readData(where) }),
    ...(data === undefined ? {} : { data: action === 'update' ? readUpdate(readData(data), data) : readData(data) }),
    ...(stored === undefined ? {} : { stored: stored.value === null ? null : readData(stored) }),
    documents: readDocuments(part.at('documents')),
  }
}

function readId(part: Part): string | number {
  return typeof part.value === 'number' ? part.value : part.string()
}

/** @throws {RuleError} at the collection that the rules do not name */
export function checkCollection(part: Part, known: readonly string[]): void {
  const name = part.string()
  if (!known.includes(name)) {
    part.fail(unknown(text('collection', '集合'), name, known))
  }
}
