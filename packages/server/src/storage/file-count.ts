import type { FileRecord } from './file-record.ts'
import { walkFiles, walkTree } from './file-walk.ts'
import type { StorageOptions } from './options.ts'
import { isFolder, type TreePath } from './tree-path.ts'

/** Counting ends here: it has taken about a second, and a larger number makes no difference to the user. */
const MAX_COUNTED = 200_000

/** What an environment stores. */
export interface StorageUsage {
  /** Not including the markers of folders. */
  readonly files: number
  readonly bytes: number
}

export interface FileCount extends StorageUsage {
  /** Counting ended early: there are more files. */
  readonly more: boolean
}

const NOTHING: FileCount = { files: 0, bytes: 0, more: false }

/** Counts the files, and their bytes, in some files and folders. */
export async function countFiles(
  options: StorageOptions,
  paths: readonly TreePath[],
  most = MAX_COUNTED,
): Promise<FileCount> {
  let total = NOTHING
  for await (const count of tally(walkTree(options, paths), most)) total = count
  return total
}

/** Counts all files and their bytes. Yields the count after each page. */
export async function* countAll(options: StorageOptions): AsyncGenerator<StorageUsage> {
  for await (const { files, bytes } of tally(walkFiles(options, ''))) yield { files, bytes }
}

/** Counts up to `most` files. Yields the count after each page, and at least once. */
async function* tally(
  pages: AsyncIterable<readonly FileRecord[]>,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<FileCount> {
  let count = NOTHING
  for await (const page of pages) {
    let { files, bytes } = count
    for (const { path, size } of page) {
      if (isFolder(path)) continue
      if (files === most) return yield { files, bytes, more: true }
      files += 1
      bytes += size
    }
    count = { files, bytes, more: false }
    yield count
  }
  if (count === NOTHING) yield count
}
