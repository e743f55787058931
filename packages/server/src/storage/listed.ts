import { CloudsteadError } from '@cloudstead/protocol'
import type { FileRecord } from './file-record.ts'
import { isFolder } from './tree-path.ts'

export interface ListedFolder {
  readonly kind: 'folder'
  readonly path: string
  /** Relative to the listed folder, without the trailing slash. */
  readonly name: string
}

export interface ListedFile {
  readonly kind: 'file'
  readonly path: string
  readonly name: string
  readonly file: FileRecord
  /** Path and query of a URL for a thumbnail. Only for pictures that browsers show. */
  readonly preview?: string
}

export interface FilePage {
  readonly items: readonly (ListedFolder | ListedFile)[]
  /**
   * Absent at the end, and only there. It is a position in the order of the list, so changes between pages do not affect
   * it.
   */
  readonly next?: string
  /** How many files a search has looked at for this page. */
  readonly searched?: number
}

/** The entry of a path below a folder; `file` is the file, or any file inside the folder. */
export function entryOf(folder: string, path: string, file: FileRecord): ListedFolder | ListedFile {
  const name = path.slice(folder.length)
  return isFolder(path) ? { kind: 'folder', path, name: name.slice(0, -1) } : { kind: 'file', path, name, file }
}

export function writeCursor(path: string): string {
  return Buffer.from(path).toString('base64url')
}

/** @throws CloudsteadError INVALID_PARAM when it is not the cursor of a path with this prefix */
export function readCursor(cursor: string, prefix: string): string {
  const path = Buffer.from(cursor, 'base64url').toString()
  if (path === '' || !path.startsWith(prefix)) throw notOurs()
  return path
}

/** The refusal of an `after` that this list has not returned. */
export function notOurs(): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', {
    en: 'after must be the next of a former page of the same list',
    zh: 'after 必须是同一列表上一页返回的 next',
  })
}
