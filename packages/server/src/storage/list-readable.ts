import { setImmediate } from 'node:timers/promises'
import type { Caller } from '@cloudstead/protocol'
import { allows } from './authorize.ts'
import type { FileRecord } from './file-record.ts'
import { afterPath, afterPrefix, beforePath, beforePrefix, filesBefore, filesFrom } from './file-walk.ts'
import { openListCursor, sealListCursor } from './list-cursor.ts'
import type { StorageOptions } from './options.ts'
import { isFolder } from './tree-path.ts'

/** Files read for one page at most. With few readable files among many, a page can be short or empty. */
const MAX_VISITED = 2000
/** Files read at once: reading and judging them takes some milliseconds, then other requests get their turn. */
const MAX_CHUNK = 100
/** After a folder was skipped, the next entry is often a folder too: read few files then. */
const FEW = 4

export interface ReadableListRequest {
  /** Only paths that start with this. */
  readonly prefix: string
  /** Makes one entry of all files in a folder below the prefix. Without it the files of all folders are listed. */
  readonly folders: boolean
  readonly descending: boolean
  /** Entries of a page, at least 1. */
  readonly limit: number
  /** `next` of the previous page. */
  readonly cursor?: string | undefined
}

/** A file, or the path of a folder, which ends with a slash. */
type ReadableEntry = FileRecord | string

export interface ReadablePage {
  /** In the order of the UTF-8 bytes of the paths. */
  readonly entries: readonly ReadableEntry[]
  /** Absent at the end, and only there. */
  readonly next?: string
}

/** The position of a listing. A folder that was passed is skipped with everything in it. */
interface Place {
  readonly path: string
  readonly passed: boolean
}

/**
 * Lists a page of the files that the caller may read, and of the folders with such files. The rules decide about each file.
 * The work is bounded: a page can have fewer entries than the limit, or none, although more follow.
 *
 * @throws CloudsteadError INVALID_PARAM when the cursor is not from this listing
 */
export async function listReadable(
  options: StorageOptions,
  caller: Caller,
  request: ReadableListRequest,
): Promise<ReadablePage> {
  const { prefix, folders, descending, limit } = request
  const ring = options.secrets.listCursor
  const asked = JSON.stringify([options.env, prefix, folders, descending])
  const { acl } = options.settings().storage
  const now = options.now()
  const entries: ReadableEntry[] = []
  let place = request.cursor === undefined ? undefined : placeOf(openListCursor(ring, request.cursor, asked))
  const next = ({ path, passed }: Place) => sealListCursor(ring, JSON.stringify([path, passed]), asked)
  let chunk = Math.min(limit + 1, MAX_CHUNK)
  for (let visited = 0; ; visited += chunk) {
    if (place !== undefined && visited >= MAX_VISITED) return { entries, next: next(place) }
    const files = await read(options, request, place, chunk)
    for (const file of files) {
      if (place?.passed === true && file.path.startsWith(place.path)) continue
      const readable = allows(acl, caller, { operation: 'read', path: file.path, file }, now)
      const entry = readable ? entryOf(file, prefix, folders) : undefined
      // There is one more entry than was asked for, so there is a next page.
      if (entry !== undefined && place !== undefined && entries.length === limit) return { entries, next: next(place) }
      if (entry !== undefined) entries.push(entry)
      place = typeof entry === 'string' ? { path: entry, passed: true } : { path: file.path, passed: false }
    }
    if (files.length < chunk) return { entries }
    await setImmediate()
    chunk = place?.passed === true ? FEW : MAX_CHUNK
  }
}

function read(
  options: StorageOptions,
  { prefix, descending }: ReadableListRequest,
  place: Place | undefined,
  limit: number,
): Promise<readonly FileRecord[]> {
  if (descending) {
    const start = place && (place.passed ? beforePrefix(place.path) : beforePath(place.path))
    return filesBefore(options, prefix, start, limit)
  }
  const start = place && (place.passed ? afterPrefix(place.path) : afterPath(place.path))
  return filesFrom(options, prefix, start, limit)
}

/** The entry that shows a file; undefined for the marker of a folder where it is no entry. */
function entryOf(file: FileRecord, prefix: string, folders: boolean): ReadableEntry | undefined {
  const slash = folders ? file.path.indexOf('/', prefix.length) : -1
  if (slash >= 0) return file.path.slice(0, slash + 1)
  if (isFolder(file.path)) return undefined
  // Metadata takes many times its length in memory, and a page keeps many files.
  const { metadata: _, ...listed } = file
  return listed
}

function placeOf(position: string): Place {
  const [path, passed] = JSON.parse(position) as [string, boolean]
  return { path, passed }
}
