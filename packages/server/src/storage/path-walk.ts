import { encodeKey, encodeTextPrefix } from '../engines/records/key-encoding.ts'
import { successor, textPrefixRange } from '../engines/records/key-ranges.ts'
import type { KeyRange } from '../engines/records/records.ts'
import { FILES_SPACE, type FileRecord, PATH_INDEX, storedFile } from './file-record.ts'
import type { StorageParts } from './store.ts'

/** Files that are read at once: some milliseconds, after which others get their turn. */
const CHUNK = 500

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
  parts: StorageParts,
  prefix: string,
  start: WalkStart,
  limit: number,
): Promise<readonly FileRecord[]> {
  const all = textPrefixRange([], prefix)
  const range = start === undefined ? all : { ...all, from: start }
  const { records } = await parts.records.find({ space: FILES_SPACE, index: PATH_INDEX, ranges: [range], limit })
  return records.flatMap((record) => storedFile(record)?.file ?? [])
}

/**
 * Every file whose path begins with `prefix`, a chunk at a time and each chunk as it is at its moment. Files that come or
 * go meanwhile are met or not; no file is met twice.
 */
export async function* walkFiles(parts: StorageParts, prefix: string): AsyncGenerator<readonly FileRecord[]> {
  let start: WalkStart
  for (;;) {
    const files = await filesFrom(parts, prefix, start, CHUNK)
    if (files.length > 0) yield files
    const last = files[CHUNK - 1]
    if (last === undefined) return
    start = afterPath(last.path)
    // A walk over everything must not hold up the requests of others.
    await new Promise(setImmediate)
  }
}
