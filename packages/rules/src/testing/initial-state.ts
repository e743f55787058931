import { idsOfLogin } from '../caller/caller.ts'
import type { DocumentData, Documents } from '../database/context.ts'
import { type DocumentKey, MAX_LOOKUPS, TOO_MANY_LOOKUPS } from '../database/lookups.ts'
import { EvaluationError } from '../language/values.ts'
import { text } from '../text.ts'
import { readData, readDate } from './document-data.ts'
import type { JsonCursor } from './json-cursor.ts'
import { readCaller, readUsers, type UsersByName } from './users.ts'

/** The users, files, documents and time that cases start from. */
export interface Fixtures {
  readonly users: UsersByName
  readonly files: FilesByPath
  readonly documents: DocumentsByCollection
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A stored file: the uploader (the name of a user, or null for an administrator), its size in bytes and its metadata. */
export interface StoredFile {
  readonly by?: string | null
  /** All ids of the uploader, instead of `by`. */
  readonly creator?: readonly string[]
  readonly size?: number
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** A stored file with the ids of its uploader. */
export interface ResolvedFile {
  readonly creator?: readonly string[]
  readonly size?: number
  readonly metadata?: DocumentData
}

type FilesByPath = ReadonlyMap<string, ResolvedFile>
export type DocumentsByCollection = ReadonlyMap<string, readonly DocumentData[]>

const FILE_KEYS = ['by', 'creator', 'size', 'metadata']

/**
 * @param now milliseconds since the epoch, when the source does not set the time
 * @throws {RuleError}
 */
export function readFixtures(root: JsonCursor, now: number): Fixtures {
  const users = readUsers(root.at('users'))
  const at = root.at('now')
  return {
    users,
    files: readFiles(root.at('files'), users),
    documents: readDocuments(root.at('documents')),
    now: at === undefined ? now : readDate(at).getTime(),
  }
}

function readFiles(cursor: JsonCursor | undefined, users: UsersByName): FilesByPath {
  return new Map(
    (cursor?.members() ?? []).map(([path, file]) => {
      checkCloudPath(path, file)
      return [path, readStoredFile(file, users)]
    }),
  )
}

/** @throws {RuleError} */
export function readStoredFile(cursor: JsonCursor, users: UsersByName): ResolvedFile {
  cursor.only(FILE_KEYS)
  const by = cursor.at('by')
  const uploader = by === undefined ? null : readCaller(by, users).auth
  const given = cursor
    .at('creator')
    ?.items()
    .map((id) => id.string())
  const creator = given ?? (uploader === null ? undefined : idsOfLogin(uploader))
  const size = cursor.at('size')
  const metadata = cursor.at('metadata')
  return {
    ...(creator === undefined ? {} : { creator }),
    ...(size === undefined ? {} : { size: readSize(size) }),
    ...(metadata === undefined ? {} : { metadata: readData(metadata) }),
  }
}

/** @throws {RuleError} */
export function readSize(cursor: JsonCursor): number {
  const { value } = cursor
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  return cursor.failAs(text('a number of bytes', '字节数'))
}

/** @throws {RuleError} for a path that is obviously not a cloudPath */
export function checkCloudPath(path: string, cursor: JsonCursor): void {
  if (path !== '' && !path.startsWith('/') && !/^[a-z]+:\/\//i.test(path)) return
  cursor.fail(
    text(
      'a file is identified by its cloudPath, such as users/alice/a.jpg: not a URL or a fileID, and without a leading /',
      '文件用 cloudPath 表示，例如 users/alice/a.jpg：不是 URL 或 fileID，开头没有 /',
    ),
  )
}

/** @throws {RuleError} */
export function readDocuments(cursor: JsonCursor | undefined): DocumentsByCollection {
  return new Map((cursor?.members() ?? []).map(([collection, list]) => [collection, list.items().map(readDocument)]))
}

function readDocument(cursor: JsonCursor): DocumentData {
  const document = readData(cursor)
  if (typeof document._id !== 'string' && typeof document._id !== 'number') {
    cursor.fail(text('a document needs an "_id" that is a string or a number', '文档需要 "_id"，字符串或数字'))
  }
  return document
}

/** The documents that the rules of one case can look up, with the limit of one request. */
export class TestDocuments implements Documents {
  readonly #documents: readonly DocumentsByCollection[]
  readonly #lookedUp = new Set<string>()

  /** @param documents those of the case before those of the file */
  constructor(...documents: readonly DocumentsByCollection[]) {
    this.#documents = documents
  }

  get(collection: string, id: string | number): DocumentData | null {
    this.#lookedUp.add(JSON.stringify([collection, id]))
    if (this.#lookedUp.size > MAX_LOOKUPS) throw new EvaluationError(TOO_MANY_LOOKUPS)
    return this.find({ collection, id }) ?? null
  }

  /** Finds a document without counting it as a lookup. */
  find({ collection, id }: DocumentKey): DocumentData | undefined {
    for (const documents of this.#documents) {
      const found = documents.get(collection)?.find(({ _id }) => _id === id)
      if (found !== undefined) return found
    }
    return undefined
  }
}
