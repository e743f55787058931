import { setImmediate } from 'node:timers/promises'
import { afterPath, filesFrom } from './file-walk.ts'
import { entryOf, type FilePage, type ListedFile, type ListedFolder, readCursor, writeCursor } from './listed.ts'
import type { StorageOptions } from './options.ts'
import { FILES_PER_PAGE } from './store.ts'
import { isFolder, nameOf, type TreePath } from './tree-path.ts'

/** The files that one request looks at: it takes about a tenth of a second, and the next page goes on. */
const MAX_SEARCHED = 20_000

export interface SearchRequest {
  readonly folder: TreePath
  readonly contains: string
  readonly after: string | undefined
  readonly limit: number
}

/**
 * A page of the files and folders below a folder whose name contains a text, by path. No index knows the middle of names,
 * so it walks all files below the folder. A page ends after `MAX_SEARCHED` of them, and may then be empty although there is
 * a next one.
 *
 * @throws CloudsteadError INVALID_PARAM when `after` is not from such a search
 */
export async function searchPage(
  options: StorageOptions,
  { folder, contains, after, limit }: SearchRequest,
): Promise<FilePage> {
  const wanted = folded(contains)
  const items: (ListedFolder | ListedFile)[] = []
  /** The last file or folder that was looked at. */
  let visited: string = after === undefined ? folder : readCursor(after, folder)
  for (let searched = 0; ; await setImmediate()) {
    const files = await filesFrom(options, folder, afterPath(visited), FILES_PER_PAGE)
    for (const file of files) {
      for (const path of pathsTo(file.path, visited)) {
        if (folded(nameOf(path)).includes(wanted)) {
          // There is one more entry than was asked for, so there is a next page.
          if (items.length === limit) return { items, searched, next: writeCursor(visited) }
          items.push(entryOf(folder, path, file))
        }
        visited = path
      }
      searched += 1
    }
    if (files.length < FILES_PER_PAGE) return { items, searched }
    if (searched >= MAX_SEARCHED) return { items, searched, next: writeCursor(visited) }
  }
}

/** The folders of a path that a walk by path meets first after `visited`, and then the path itself. */
function pathsTo(path: string, visited: string): readonly string[] {
  const paths = [...path.matchAll(/\//g)]
    .map(({ index }) => path.slice(0, index + 1))
    .filter((folder) => !visited.startsWith(folder))
  return isFolder(path) ? paths : [...paths, path]
}

/** The same for texts that differ only in the case of letters, or in how a letter with an accent is written. */
function folded(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
