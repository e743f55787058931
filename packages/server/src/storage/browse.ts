import { CloudsteadError } from '@cloudstead/protocol'
import { essenceOf, isInline } from './content-type.ts'
import type { FileRecord } from './file-record.ts'
import { afterPath, afterPrefix, filesFrom, type WalkStart } from './file-walk.ts'
import { objectUrls } from './object-urls.ts'
import type { StorageOptions } from './options.ts'
import { isFolder, parseFolder } from './tree-path.ts'

/** When nobody says how long a page is. */
const DEFAULT_LIMIT = 500
/** Files read for one page at most; a deep listing passes over markers of empty folders, which may be all there is. */
const MAX_WALK = 20_000
/** After a folder was passed over, the next entry may well be a folder too: read little until files come. */
const FEW = 4
/** Preview URLs change this often only, so that a browser keeps its pictures while somebody looks around. */
const PREVIEW_STEP_S = 300
/** A larger picture costs the browser more than a thumbnail is worth. */
const MAX_PREVIEW_BYTES = 16 * 1024 * 1024
/** Pictures that not every browser shows. */
const RARELY_SHOWN = new Set(['image/heic', 'image/heif'])

export interface ListRequest {
  /** Ends with a slash; the empty text is the root. */
  readonly folder?: string | undefined
  /** Only what begins so, counted from the folder. */
  readonly startsWith?: string | undefined
  /** The files of all folders below, and no folders. */
  readonly deep?: boolean | undefined
  /** `next` of the former page. */
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

export interface ListedFolder {
  readonly kind: 'folder'
  readonly path: string
  /** Counted from the folder that is listed, without the slash at its end. */
  readonly name: string
}

export interface ListedFile {
  readonly kind: 'file'
  readonly path: string
  readonly name: string
  readonly file: FileRecord
  /** Path and query of a URL for a thumbnail, of pictures that browsers show. */
  readonly preview?: string
}

export interface FilePage {
  readonly items: readonly (ListedFolder | ListedFile)[]
  /** Absent at the end, and only there. It names a place in the order, so changes in between do not disturb it. */
  readonly next?: string
}

/**
 * A page of a folder in the order of the paths' UTF-8 bytes. What lies in folders below is passed over in one step per
 * folder, however much it is. For administrators: rules judge files, and know no right to list.
 *
 * @throws CloudsteadError INVALID_FILE_NAME for the folder, INVALID_PARAM for a foreign `after`
 */
export async function listFiles(options: StorageOptions, request: ListRequest): Promise<FilePage> {
  return withPreviews(options, await pageOf(options, request))
}

async function pageOf(options: StorageOptions, request: ListRequest): Promise<FilePage> {
  const { startsWith = '', deep = false, limit = DEFAULT_LIMIT } = request
  const folder = parseFolder(request.folder ?? '')
  const prefix = folder + startsWith
  const entries: (ListedFolder | ListedFile)[] = []
  let place = request.after === undefined ? undefined : placeOf(readCursor(request.after, prefix), prefix, deep)
  let chunk = limit + 1
  let walked = 0
  do {
    const files = await filesFrom(options, prefix, startAfter(place), chunk)
    for (const file of files) {
      if (place?.passed === true && file.path.startsWith(place.path)) continue
      const path = deep ? fileIn(file.path) : entryIn(file.path, prefix)
      // There is one more than was asked for: that is what `next` says.
      const last = entries[limit - 1]
      if (path !== undefined && last !== undefined) return { items: entries, next: writeCursor(last.path) }
      if (path !== undefined) entries.push(entryOf(folder, path, file))
      place = placeOf(path ?? file.path, prefix, deep)
    }
    if (files.length < chunk) return { items: entries }
    walked += files.length
    const wanted = limit + 1 - entries.length
    chunk = place?.passed === true ? Math.min(FEW, wanted) : Math.max(FEW, wanted)
  } while (walked < MAX_WALK || place === undefined)
  return { items: entries, next: writeCursor(place.path) }
}

/** How far a listing has come. */
interface Place {
  readonly path: string
  /** It is a folder whose entry is out: what lies in it is passed over. */
  readonly passed: boolean
}

function placeOf(path: string, prefix: string, deep: boolean): Place {
  return { path, passed: !deep && isFolder(path) && path !== prefix }
}

function startAfter(place: Place | undefined): WalkStart {
  if (place === undefined) return undefined
  return place.passed ? afterPrefix(place.path) : afterPath(place.path)
}

/** The marker of the listed folder itself is no entry, and in a deep listing no marker is one. */
function fileIn(path: string): string | undefined {
  return isFolder(path) ? undefined : path
}

function entryIn(path: string, prefix: string): string | undefined {
  const slash = path.indexOf('/', prefix.length)
  if (slash >= 0) return path.slice(0, slash + 1)
  return fileIn(path)
}

function entryOf(folder: string, path: string, file: FileRecord): ListedFolder | ListedFile {
  const name = path.slice(folder.length)
  return isFolder(path) ? { kind: 'folder', path, name: name.slice(0, -1) } : { kind: 'file', path, name, file }
}

/** The page with URLs for its pictures. */
function withPreviews(options: StorageOptions, page: FilePage): FilePage {
  const expires = (Math.ceil(options.now() / 1000 / PREVIEW_STEP_S) + 1) * PREVIEW_STEP_S
  const urls = objectUrls(
    options,
    page.items.map((item) => (item.kind === 'file' && isPicture(item.file) ? { file: item.file, expires } : undefined)),
  )
  const items = page.items.map((item, at) => {
    const url = urls[at]
    return url === undefined ? item : { ...item, preview: url.pathAndQuery }
  })
  return { ...page, items }
}

function isPicture({ contentType, size }: FileRecord): boolean {
  const essence = essenceOf(contentType) ?? ''
  return essence.startsWith('image/') && isInline(essence) && !RARELY_SHOWN.has(essence) && size <= MAX_PREVIEW_BYTES
}

function writeCursor(path: string): string {
  return Buffer.from(path).toString('base64url')
}

function readCursor(cursor: string, prefix: string): string {
  const path = Buffer.from(cursor, 'base64url').toString()
  if (path === '' || !path.startsWith(prefix)) {
    throw new CloudsteadError('INVALID_PARAM', 'after must be the next of a former page of the same list')
  }
  return path
}
