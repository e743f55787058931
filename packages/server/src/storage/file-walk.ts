import type { CloudPath } from '@cloudstead/protocol'
import { encodeKey, encodeTextPrefix } from '../engines/records/key-encoding.ts'
import { successor, textPrefixRange } from '../engines/records/key-ranges.ts'
import type { KeyRange } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'
import { FILES_SPACE, type FileRecord, fileOf, PATH_INDEX } from './file-record.ts'
import type { StorageOptions } from './options.ts'
import { FILES_PER_PAGE, loadFile } from './store.ts'
import { isFolder, type TreePath, topmost } from './tree-path.ts'

/** Where in the order of paths a walk begins. */
export type WalkStart = KeyRange['from']

/** Begins after this path. */
export function afterPath(path: string): WalkStart {
  return { key: encodeKey([path]), inclusive: false }
}

/** Begins after everything whose path begins so: a whole folder is passed over in one step. */
export function afterPrefix(prefix: string): WalkStart {
  const key = successor(encodeTextPrefix(prefix))
  return key && { key, inclusive: true }
}

/** At most `limit` files whose path begins with `prefix`, in the order of the UTF-8 bytes of their paths. */
export async function filesFrom(
  options: StorageOptions,
  prefix: string,
  start: WalkStart,
  limit: number,
): Promise<readonly FileRecord[]> {
  const all = textPrefixRange([], prefix)
  const range = start === undefined ? all : { ...all, from: start }
  const { records } = await options.records.find({ space: FILES_SPACE, index: PATH_INDEX, ranges: [range], limit })
  return records.map(fileOf)
}

/**
 * Every file whose path begins with `prefix`, in pages and each page as it is at its moment. Files that come or go
 * meanwhile are met or not; no file is met twice. Markers of folders are among them.
 */
export async function* walkFiles(options: StorageOptions, prefix: string): AsyncGenerator<readonly FileRecord[]> {
  const ranges = [textPrefixRange([], prefix)]
  const request = { space: FILES_SPACE, index: PATH_INDEX, ranges, limit: FILES_PER_PAGE }
  for await (const page of walkPages(options.records, request)) yield page.map(fileOf)
}

/** All files that some files and folders hold, each once. */
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
