import type { DocumentData } from '../database/context.ts'
import { A_FUNCTION_NAME, isFunctionName } from '../functions/context.ts'
import { text } from '../text.ts'
import { unknownName } from '../unknown-name.ts'
import { readData } from './document-data.ts'
import {
  checkCloudPath,
  type DocumentsByCollection,
  type ResolvedFile,
  readDocuments,
  readSize,
  readStoredFile,
} from './initial-state.ts'
import type { JsonCursor } from './json-cursor.ts'
import { checkQueryOperators, readUpdate } from './query.ts'
import type { UsersByName } from './users.ts'

const FILE_ACTIONS = ['read', 'write', 'upload', 'overwrite', 'delete'] as const
export type FileAction = (typeof FILE_ACTIONS)[number]

const DOCUMENT_ACTIONS = ['read', 'create', 'update', 'delete', 'set'] as const
export type DocumentAction = (typeof DOCUMENT_ACTIONS)[number]

export interface FileRequest {
  readonly kind: 'file'
  readonly action: FileAction
  readonly path: string
  /** Bytes of the file that would be stored. */
  readonly size?: number
  /** The stored file; null when there is none; by default the one of the fixtures. */
  readonly stored?: ResolvedFile | null
}

export interface DocumentRequest {
  readonly kind: 'document'
  readonly action: DocumentAction
  readonly collection: string
  readonly doc?: string | number
  readonly where?: DocumentData
  /** The document of `create` and `set`; the operators of `update`. */
  readonly data?: DocumentData
  /** The stored document; null when there is none; by default the one of the fixtures. */
  readonly stored?: DocumentData | null
  /** Take precedence over the documents of the fixtures. */
  readonly documents: DocumentsByCollection
}

/** A call of a function. Rules do not see its data. */
export interface FunctionRequest {
  readonly kind: 'function'
  readonly name: string
}

export type TestRequest = FileRequest | DocumentRequest | FunctionRequest

const FILE_KEYS = ['action', 'file', 'size', 'stored']
const DOCUMENT_KEYS = ['action', 'collection', 'doc', 'where', 'data', 'stored', 'documents']

const FUNCTION_KEYS = ['invoke']

const NO_TARGET = text(
  'what is requested? add "file", "collection" or "invoke"',
  '请求的是什么？请写 "file"、"collection" 或 "invoke"',
)

/**
 * Reads the request of a case.
 *
 * @param otherKeys keys of the case that are not part of the request
 * @throws {RuleError}
 */
export function readRequest(cursor: JsonCursor, users: UsersByName, otherKeys: readonly string[]): TestRequest {
  const file = cursor.at('file')
  const collection = cursor.at('collection')
  const invoked = cursor.at('invoke')
  const [target, another] = [file, collection, invoked].filter((given) => given !== undefined)
  if (another !== undefined) {
    target?.fail(
      text('a case is about a file, a collection or a function', '一个用例只针对一个文件、一个集合或一个函数'),
    )
  }
  if (file !== undefined) return readFileRequest(cursor.only([...otherKeys, ...FILE_KEYS]), file, users)
  if (invoked !== undefined) {
    cursor.only([...otherKeys, ...FUNCTION_KEYS])
    return { kind: 'function', name: readFunctionName(invoked) }
  }
  cursor.only([...otherKeys, ...DOCUMENT_KEYS, ...(collection === undefined ? [...FILE_KEYS, ...FUNCTION_KEYS] : [])])
  return collection === undefined ? cursor.fail(NO_TARGET) : readDocumentRequest(cursor, collection)
}

function readFunctionName(cursor: JsonCursor): string {
  const name = cursor.string()
  if (isFunctionName(name)) return name
  return cursor.failAs(text(`the name of a function: ${A_FUNCTION_NAME.en}`, `函数名：${A_FUNCTION_NAME.zh}`))
}

function readFileRequest(cursor: JsonCursor, file: JsonCursor, users: UsersByName): FileRequest {
  const path = file.string()
  checkCloudPath(path, file)
  const action = cursor.need('action').word(FILE_ACTIONS)
  const size = cursor.at('size')
  if (size !== undefined && (action === 'read' || action === 'delete')) {
    size.fail(
      text(
        `a ${action} sends no bytes; set the size of the stored file in "stored" or "files"`,
        '读取和删除不带数据；已有文件的大小写在 "stored" 或 "files" 中',
      ),
    )
  }
  const stored = cursor.at('stored')
  return {
    kind: 'file',
    action,
    path,
    ...(size === undefined ? {} : { size: readSize(size) }),
    ...(stored === undefined ? {} : { stored: stored.value === null ? null : readStoredFile(stored, users) }),
  }
}

/** Whether an action selects documents, and whether it sends data. */
const TAKES: Readonly<Record<DocumentAction, { readonly selection: boolean; readonly data: boolean }>> = {
  read: { selection: true, data: false },
  create: { selection: false, data: true },
  update: { selection: true, data: true },
  delete: { selection: true, data: false },
  set: { selection: true, data: true },
}

function readDocumentRequest(cursor: JsonCursor, collection: JsonCursor): DocumentRequest {
  const action = cursor.need('action').word(DOCUMENT_ACTIONS)
  const takes = TAKES[action]
  const doc = cursor.at('doc')
  const where = cursor.at('where')
  const data = cursor.at('data')
  const stored = cursor.at('stored')
  if (doc !== undefined && where !== undefined) {
    where.fail(text('a case has "doc" or "where", not both', '"doc" 和 "where" 只能写一个'))
  }
  for (const given of takes.selection ? [] : [doc, where, stored]) {
    given?.fail(text('a new document is described only by "data"', '新文档只用 "data" 描述'))
  }
  if (action === 'set') {
    where?.fail(text('a set replaces one document; use "doc"', 'set 替换一个文档：请写 "doc"'))
    cursor.need('doc')
  }
  // The server logs an action that is always denied without the rest of the request.
  const isBare = doc === undefined && where === undefined && stored === undefined
  if (takes.data && !isBare) cursor.need('data')
  if (!takes.data) data?.fail(text(`a ${action} has no data`, `${action} 不带数据`))
  if (where !== undefined) checkQueryOperators(where)
  return {
    kind: 'document',
    action,
    collection: collection.string(),
    ...(doc === undefined ? {} : { doc: readId(doc) }),
    ...(where === undefined ? {} : { where: readData(where) }),
    ...(data === undefined ? {} : { data: action === 'update' ? readUpdate(readData(data), data) : readData(data) }),
    ...(stored === undefined ? {} : { stored: stored.value === null ? null : readData(stored) }),
    documents: readDocuments(cursor.at('documents')),
  }
}

function readId(cursor: JsonCursor): string | number {
  return typeof cursor.value === 'number' ? cursor.value : cursor.string()
}

/** @throws {RuleError} for a collection that has no rules */
export function checkCollection(cursor: JsonCursor, known: readonly string[]): void {
  const name = cursor.string()
  if (!known.includes(name)) cursor.fail(unknownName(text('collection', '集合'), name, known))
}
