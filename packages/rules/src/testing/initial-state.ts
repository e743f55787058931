import { idsOfLogin } from '../caller/caller.ts'
import { type DocumentData, type DocumentKey, type Documents, MAX_LOOKUPS } from '../database/context.ts'
import { EvaluationError } from '../language/values.ts'
import { text } from '../text.ts'
import { readData } from './document-data.ts'
import type { Part } from './json-cursor.ts'
import { type People, readCaller } from './users.ts'

/** A file that is stored: who uploaded it (a user's name, or null for an administrator), its bytes, what is stored with it. */
export interface StoredFile {
  readonly by?: string | null
  /** Instead of `by`: all ids of whoever uploaded it. */
  readonly creator?: readonly string[]
  readonly size?: number
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** A stored file as it is judged. */
export interface JudgedFile {
  readonly creator?: readonly string[]
  readonly size?: number
  readonly metadata?: DocumentData
}

export type FilesByPath = ReadonlyMap<string, JudgedFile>
export type DocumentsByCollection = ReadonlyMap<string, readonly DocumentData[]>

const FILE_KEYS = ['by', 'creator', 'size', 'metadata']

/** @throws {RuleError} */
export function readFiles(part: Part | undefined, people: People): FilesByPath {
  return new Map(
    (part?.members() ?? []).map(([path, file]) => {
      checkCloudPath(path, file)
      return [path, readStoredFile(file, people)]
    }),
  )
}

/** @throws {RuleError} */
export function readStoredFile(part: Part, people: People): JudgedFile {
  part.only(FILE_KEYS)
  const by = part.at('by')
  const uploader = by === undefined ? null : readCaller(by, people).auth
  const given = part
    .at('creator')
    ?.items()
    .map((id) => id.string())
  const creator = given ?? (uploader === null ? undefined : idsOfLogin(uploader))
  const size = part.at('size')
  const metadata = part.at('metadata')
  return {
    ...(creator === undefined ? {} : { creator }),
    ...(size === undefined ? {} : { size: readSize(size) }),
    ...(metadata === undefined ? {} : { metadata: readData(metadata) }),
  }
}

/** @throws {RuleError} */
export function readSize(part: Part): number {
  const { value } = part
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  return part.failAs(text('a number of bytes', '字节数'))
}

/** @throws {RuleError} for what is no cloudPath at all */
export function checkCloudPath(path: string, part: Part): void {
  if (path !== '' && !path.startsWith('/') && !/^[a-z]+:\/\//i.test(path)) return
  part.fail(
    text(
      'a file is named by its cloudPath, such as users/alice/a.jpg: neither a URL nor a fileID, and without a leading /',
      '文件用 cloudPath 表示，例如 users/alice/a.jpg：不是 URL 或 fileID，开头没有 /',
    ),
  )
}

/** @throws {RuleError} */
export function readDocuments(part: Part | undefined): DocumentsByCollection {
  return new Map((part?.members() ?? []).map(([collection, list]) => [collection, list.items().map(readDocument)]))
}

function readDocument(part: Part): DocumentData {
  const document = readData(part)
  if (typeof document._id !== 'string' && typeof document._id !== 'number') {
    part.fail(text('a document needs an "_id", a text or a number', '文档需要 "_id"，字符串或数字'))
  }
  return document
}

const TOO_MANY = text(
  `the rule looks up more than ${MAX_LOOKUPS} documents with get( )`,
  `规则用 get( ) 查询的文档超过 ${MAX_LOOKUPS} 个`,
)

/** The documents of a case as rules look them up: as many in one case as in one request. */
export class TestDocuments implements Documents {
  readonly #documents: readonly DocumentsByCollection[]
  readonly #asked = new Set<string>()

  /** @param documents those of the case before those of the file */
  constructor(...documents: readonly DocumentsByCollection[]) {
    this.#documents = documents
  }

  get(collection: string, id: string | number): DocumentData | null {
    this.#asked.add(JSON.stringify([collection, id]))
    if (this.#asked.size > MAX_LOOKUPS) throw new EvaluationError(TOO_MANY)
    return this.find({ collection, id }) ?? null
  }

  /** The same without counting. */
  find({ collection, id }: DocumentKey): DocumentData | undefined {
    for (const documents of this.#documents) {
      const found = documents.get(collection)?.find(({ _id }) => _id === id)
      if (found !== undefined) return found
    }
    return undefined
  }
}

/** What a case is decided in. */
export interface Fixtures {
  readonly people: People
  readonly files: FilesByPath
  readonly documents: DocumentsByCollection
  /** Milliseconds since 1970. */
  readonly now: number
}
