import { CloudsteadError, objectIdOf, objectPathname } from '@cloudstead/protocol'
import { essenceOf, isInline } from './content-type.ts'
import type { FileRecord, FileSort } from './file-record.ts'
import { afterPath, afterPrefix, filesFrom, type WalkStart } from './file-walk.ts'
import { entryOf, type FilePage, type ListedFile, type ListedFolder, readCursor, writeCursor } from './listed.ts'
import { objectUrls } from './object-urls.ts'
import type { StorageOptions } from './options.ts'
import { searchPage } from './search.ts'
import { sortedPage } from './sorted-page.ts'
import { isFolder, parseFolder, type TreePath } from './tree-path.ts'

/** The default length of a page. */
const DEFAULT_LIMIT = 500
/** The maximum number of files read for one page: a deep listing skips the markers of empty folders, possibly all files. */
const MAX_WALK = 20_000
/** After a folder was skipped, the next entry is often a folder too: read few files until there is one in this folder. */
const FEW = 4
/** Preview URLs stay the same for this long, so that a browser can cache the pictures. */
const PREVIEW_STEP_S = 300
/** Larger pictures have no preview: loading one is too expensive for a thumbnail. */
const MAX_PREVIEW_BYTES = 16 * 1024 * 1024
/** Picture types that not every browser shows. */
const RARELY_SHOWN = new Set(['image/heic', 'image/heif'])

export interface ListRequest {
  /** Ends with a slash; the empty string is the root. */
  readonly folder?: string | undefined
  /** Only names in the folder that start with this. */
  readonly startsWith?: string | undefined
  /** Lists the files of all folders below, and no folders. */
  readonly deep?: boolean | undefined
  /** Lists the folders first, then the files in this order. Not with `startsWith`, `deep` or `contains`. */
  readonly sort?: FileSort | undefined
  /** Default: ascending. */
  readonly order?: 'ascending' | 'descending' | undefined
  /**
   * Lists the files and folders at any depth below the folder whose name contains this, whatever the case of the letters.
   * Not with `startsWith`, `deep` or `sort`.
   */
  readonly contains?: string | undefined
  /** `next` of the previous page. */
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

/**
 * Lists a page of a folder. Without `sort`, it is in the order of the UTF-8 bytes of the paths, and each folder below is
 * skipped in one step, whatever its size. For administrators: rules decide about files, and have no right to list.
 *
 * @throws CloudsteadError INVALID_FILE_NAME for the folder, INVALID_PARAM when `after` is not from this listing, or for a
 * combination that does not exist
 */
export async function listFiles(options: StorageOptions, request: ListRequest): Promise<FilePage> {
  return withPreviews(options, await pageOf(options, request))
}

function pageOf(options: StorageOptions, request: ListRequest): Promise<FilePage> {
  const { sort, order, contains, after, limit = DEFAULT_LIMIT } = request
  const folder = parseFolder(request.folder ?? '')
  const byPath = request.startsWith !== undefined || request.deep === true
  if ([byPath, sort !== undefined, contains !== undefined].filter(Boolean).length > 1) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'contains and sort cannot be combined with each other, with startsWith or with deep',
      zh: 'contains 与 sort 不能同时使用，也不能与 startsWith 或 deep 同时使用',
    })
  }
  if (contains !== undefined) return searchPage(options, { folder, contains, after, limit })
  if (sort !== undefined) {
    return sortedPage(options, { folder, sort, descending: order === 'descending', after, limit })
  }
  return pathPage(options, folder, { ...request, limit })
}

async function pathPage(
  options: StorageOptions,
  folder: TreePath,
  { startsWith = '', deep = false, after, limit }: ListRequest & { readonly limit: number },
): Promise<FilePage> {
  const prefix = folder + startsWith
  const entries: (ListedFolder | ListedFile)[] = []
  let place = after === undefined ? undefined : placeOf(readCursor(after, prefix), prefix, deep)
  let chunk = limit + 1
  let walked = 0
  do {
    const files = await filesFrom(options, prefix, startAfter(place), chunk)
    for (const file of files) {
      if (place?.passed === true && file.path.startsWith(place.path)) continue
      const path = deep ? fileIn(file.path) : entryIn(file.path, prefix)
      // There is one more entry than was asked for, so there is a next page.
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

/** The position of a listing. */
interface Place {
  readonly path: string
  /** It is a folder that has been listed: its contents are skipped. */
  readonly passed: boolean
}

function placeOf(path: string, prefix: string, deep: boolean): Place {
  return { path, passed: !deep && isFolder(path) && path !== prefix }
}

function startAfter(place: Place | undefined): WalkStart {
  if (place === undefined) return undefined
  return place.passed ? afterPrefix(place.path) : afterPath(place.path)
}

/** The marker of the listed folder itself is not an entry; in a deep listing no marker is. */
function fileIn(path: string): string | undefined {
  return isFolder(path) ? undefined : path
}

function entryIn(path: string, prefix: string): string | undefined {
  const slash = path.indexOf('/', prefix.length)
  if (slash >= 0) return path.slice(0, slash + 1)
  return fileIn(path)
}

/** Adds URLs for the pictures of a page. */
function withPreviews(options: StorageOptions, page: FilePage): FilePage {
  const expires = (Math.ceil(options.now() / 1000 / PREVIEW_STEP_S) + 1) * PREVIEW_STEP_S
  const urls = objectUrls(
    options,
    page.items.map((item) => {
      if (item.kind !== 'file' || !isPicture(item.file)) return undefined
      const { file } = item
      const objectId = objectIdOf(options.env, file.path)
      return { file, objectId, pathname: objectPathname(objectId, file.path), expires }
    }),
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
