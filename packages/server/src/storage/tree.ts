import type { CloudPath } from '@cloudstead/protocol'
import type { FileRecord } from './file-record.ts'
import { walkFiles } from './path-walk.ts'
import { loadFile, type StorageParts } from './store.ts'
import { isFolder, type TreePath, topmost } from './tree-path.ts'

/** Counting ends here: it took about a second, and the number no longer changes what anybody does. */
const MAX_COUNTED = 200_000

export interface FileCount {
  /** Without the markers of folders. */
  readonly files: number
  readonly bytes: number
  /** Counting was ended early; there are more. */
  readonly more: boolean
}

/** All files that some files and folders hold, each once, in chunks; markers of folders included. */
export async function* filesOf(parts: StorageParts, paths: readonly TreePath[]): AsyncGenerator<readonly FileRecord[]> {
  for (const path of topmost(paths)) {
    if (isFolder(path)) yield* walkFiles(parts, path)
    else {
      const stored = await loadFile(parts, path as CloudPath)
      if (stored !== undefined) yield [stored.file]
    }
  }
}

/** How many files, and how many bytes, some files and folders hold. */
export async function countFiles(
  parts: StorageParts,
  paths: readonly TreePath[],
  most = MAX_COUNTED,
): Promise<FileCount> {
  let files = 0
  let bytes = 0
  for await (const chunk of filesOf(parts, paths)) {
    for (const { path, size } of chunk) {
      if (isFolder(path)) continue
      if (files === most) return { files, bytes, more: true }
      files += 1
      bytes += size
    }
  }
  return { files, bytes, more: false }
}
