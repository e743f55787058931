import { setImmediate } from 'node:timers/promises'
import { BadCursorError } from '../engines/records/cursor.ts'
import { encodeKey, encodeTextPrefix } from '../engines/records/key-encoding.ts'
import { keyPrefixRange, successor, textPrefixRange } from '../engines/records/key-ranges.ts'
import type { FindRequest, FindResult, KeyRange } from '../engines/records/records.ts'
import { FILES_SPACE, type FileSort, fileOf, SORT_INDEX } from './file-record.ts'
import { entryOf, type FilePage, type ListedFolder, notOurs, readCursor, writeCursor } from './listed.ts'
import type { StorageOptions } from './options.ts'
import type { TreePath } from './tree-path.ts'

export interface SortedRequest {
  readonly folder: TreePath
  readonly sort: FileSort
  readonly descending: boolean
  readonly after: string | undefined
  readonly limit: number
}

/** The files read to find the next folder: many folders have only a few. */
const FEW = 4
/** After so many folders, other requests get their turn. */
const FOLDERS_PER_TURN = 100

/**
 * A page of a folder: its folders first, then its files in the order of an index. Files with the same value are in the order
 * of their names. Folders have only names: they are in descending order only when the names are. Every page is read from an
 * index, however many files there are.
 *
 * @throws CloudsteadError INVALID_PARAM when `after` is not from such a list
 */
export async function sortedPage(options: StorageOptions, request: SortedRequest): Promise<FilePage> {
  const { folder, limit } = request
  const head = `${request.sort}.${request.descending ? 'descending' : 'ascending'}.`
  const { after = `${head}d` } = request
  const kind = after.charAt(head.length)
  if (!after.startsWith(head) || (kind !== 'd' && kind !== 'f')) throw notOurs()
  const rest = after.slice(head.length + 1)
  const cursor = rest === '' ? undefined : rest

  const folders = kind === 'f' ? [] : await foldersOf(options, request, cursor)
  const last = folders[limit - 1]
  if (folders.length > limit && last !== undefined) {
    return { items: folders.slice(0, limit), next: `${head}d${writeCursor(last.path)}` }
  }
  const left = limit - folders.length
  const files = await filesOf(options, request, kind === 'f' ? cursor : undefined, Math.max(1, left))
  if (left === 0) return { items: folders, ...(files.records.length === 0 ? {} : { next: `${head}f` }) }
  return {
    items: [...folders, ...files.records.map(fileOf).map((file) => entryOf(folder, file.path, file))],
    ...(files.next === undefined ? {} : { next: `${head}f${files.next}` }),
  }
}

/** One folder more than the limit, if there are so many. */
async function foldersOf(
  options: StorageOptions,
  { folder, sort, descending, limit }: SortedRequest,
  cursor: string | undefined,
): Promise<readonly ListedFolder[]> {
  const reverse = sort === 'name' && descending
  const folders: ListedFolder[] = []
  let last = cursor === undefined ? undefined : readCursor(cursor, folder)
  for (let turn = 1; ; turn += 1) {
    const ranges = [foldersRange(folder, last, reverse)]
    const request = { space: FILES_SPACE, index: SORT_INDEX.name, ranges, reverse, limit: FEW }
    const found = (await options.records.find(request)).records.map(fileOf)
    for (const { path } of found) {
      if (last !== undefined && path.startsWith(last)) continue
      last = path.slice(0, path.indexOf('/', folder.length) + 1)
      folders.push({ kind: 'folder', path: last, name: last.slice(folder.length, -1) })
      if (folders.length > limit) return folders
    }
    if (found.length < FEW) return folders
    if (turn % FOLDERS_PER_TURN === 0) await setImmediate()
  }
}

/** The files in the folders of a folder, from the folder after `last` on. */
function foldersRange(folder: TreePath, last: string | undefined, reverse: boolean): KeyRange {
  const below = textPrefixRange([], folder)
  const from = successor(last === undefined || reverse ? encodeKey([folder]) : encodeTextPrefix(last))
  return {
    ...below,
    ...(from === undefined ? {} : { from: { key: from, inclusive: true } }),
    ...(reverse && last !== undefined ? { to: { key: encodeTextPrefix(last), inclusive: false } } : {}),
  }
}

async function filesOf(
  options: StorageOptions,
  { folder, sort, descending }: SortedRequest,
  after: string | undefined,
  limit: number,
): Promise<FindResult> {
  const all = keyPrefixRange([folder])
  // The marker of the folder has the first name, the empty one.
  const range = sort === 'name' ? { ...all, from: { key: encodeKey([folder, '']), inclusive: false } } : all
  const request: FindRequest = {
    space: FILES_SPACE,
    index: SORT_INDEX[sort],
    ranges: [range],
    reverse: descending,
    limit,
    after,
  }
  try {
    return await options.records.find(request)
  } catch (error) {
    throw error instanceof BadCursorError ? notOurs() : error
  }
}
