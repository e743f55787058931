import type { CloudPath } from '@cloudstead/protocol'
import { encodeKey, encodeTextPrefix } from '../engines/records/key-encoding.ts'
import { successor, textPrefixRange } from '../engines/records/key-ranges.ts'
import type { KeyRange } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'
import { FILES_SPACE, type FileRecord, fileOf, PATH_INDEX } from './file-record.ts'
import type { StorageOptions } from './options.ts'
import { FILES_PER_PAGE, loadFile } from './store.ts'
import { isFolder, type TreePath, topmost } from './tree-path.ts'

/** The position in the order of paths at which a walk starts. */
export type WalkStart = KeyRange['from']

/** Starts after this path. */
export function afterPath(path: string): WalkStart {
  return { key: encodeKey([path]), inclusive: false }
}

/** Starts after all paths with this prefix: skips a whole folder in one step. */
export function afterPrefix(prefix: string): WalkStart {
  const key = successor(encodeTextPrefix(prefix))
  return key && { key, inclusive: true }
}

/** The position at which a walk in reverse order starts. */
export type ReverseStart = KeyRange['to']

/** Starts before this path, in reverse order. */
export function beforePath(path: string): ReverseStart {
  return { key: encodeKey([path]), inclusive: false }
}

/** Starts before all paths with this prefix, in reverse order. */
export function beforePrefix(prefix: string): ReverseStart {
  return { key: encodeTextPrefix(prefix), inclusive: false }
}

/** At most `limit` files with this prefix, in the order of the UTF-8 bytes of their paths. */
export async function filesFrom(
  options: StorageOptions,
  prefix: string,
  start: WalkStart,
  limit: number,
): Promise<readonly FileRecord[]> {
  const all = textPrefixRange([], prefix)
  return filesIn(options, start === undefined ? all : { ...all, from: start }, limit)
}

/** Like {@link filesFrom}, in the reverse order. */
export async function filesBefore(
  options: StorageOptions,
  prefix: string,
  start: ReverseStart,
  limit: number,
): Promise<readonly FileRecord[]> {
  const all = textPrefixRange([], prefix)
  return filesIn(options, start === undefined ? all : { ...all, to: start }, limit, true)
}

async function filesIn(options: StorageOptions, range: KeyRange, limit: number, reverse = false) {
  const request = { space: FILES_SPACE, index: PATH_INDEX, ranges: [range], reverse, limit }
  return (await options.records.find(request)).records.map(fileOf)
}

/**
 * All files with this prefix, page by page, including the markers of folders. Each page is read when it is asked for: a file
 * that is made or removed during the walk may be in it or not. No path comes twice.
 */
export async function* walkFiles(options: StorageOptions, prefix: string): AsyncGenerator<readonly FileRecord[]> {
  const ranges = [textPrefixRange([], prefix)]
  const request = { space: FILES_SPACE, index: PATH_INDEX, ranges, limit: FILES_PER_PAGE }
  for await (const page of walkPages(options.records, request)) yield page.map(fileOf)
}

/** All files in some files and folders, each once. */
export async function* walkTree(
  options: StorageOptions,
  paths: readonly TreePath[],
): AsyncGenerator<readonly FileRecord[]> {
  for (const path of topmost(paths)) {
    if (isFolder(path)) yield* walkFiles(options, path)
    else {
      const stored = await loadFile(options, path as CloudPath)
      if (stored !== undefined) yield [stored.file]
    }
  }
}
