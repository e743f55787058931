import { WxFailure } from '../../../src/shared/failure.ts'
import {
  fileFailure,
  noSuchFile,
  permissionDenied,
  quotaExceeded,
  STORE_PREFIX,
  storeVirtualPath,
  USER_DATA_PATH,
  USER_FILES_QUOTA_BYTES,
} from '../../../src/shared/file-paths.ts'
import { extensionOf } from '../../../src/shared/paths.ts'
import type { StoreOptions, TransferFiles } from '../../../src/shared/sender.ts'

/** A file, or a folder if `blob` is undefined. */
export interface FileNode {
  readonly blob: Blob | undefined
  /** Milliseconds since 1970. */
  readonly modified: number
}

/** The storage of the program's own and saved files: a Map, or a persistent object with the same methods. */
export interface LastingFiles extends Iterable<[path: string, node: FileNode]> {
  get(path: string): FileNode | undefined
  has(path: string): boolean
  set(path: string, node: FileNode): unknown
  delete(path: string): unknown
}

/** The prefix of temporary files, as in WeChat's developer tools. */
const TEMP_PREFIX = 'http://tmp/'

/**
 * The files of a phone, as Blobs: temporary ones (`http://tmp/..`), the program's own (`wxfile://usr/..`) and saved ones
 * (`wxfile://store_..`).
 */
export class BrowserFiles implements TransferFiles<Blob, Blob> {
  readonly #temp = new Map<string, Blob>()
  readonly #lasting: LastingFiles
  readonly #urls = new Map<string, { blob: Blob; url: string }>()
  readonly #quotaBytes: number

  constructor(lasting: LastingFiles = new Map(), quotaBytes: number = USER_FILES_QUOTA_BYTES) {
    this.#lasting = lasting
    this.#quotaBytes = quotaBytes
  }

  /** Adds a temporary file and returns its path; `extension` with its dot, or empty. */
  add(extension: string, blob: Blob): string {
    const path = TEMP_PREFIX + randomHex() + extension
    this.#temp.set(path, blob)
    return path
  }

  /** The content of a file; undefined for a path without one, and for folders. */
  contentOf(path: string): Blob | undefined {
    return this.#temp.get(path) ?? this.#lasting.get(normalized(path))?.blob
  }

  async store(body: Blob, { filePath, extension, contentType }: StoreOptions): Promise<string> {
    // With its media type, so that a page can show it.
    const typed = new Blob([body], { type: contentType })
    if (filePath === undefined) return this.add(extension, typed)
    this.write(filePath, typed)
    return filePath
  }

  /** A `blob:` URL of a file, the same until the file changes; undefined if there is no such file. */
  url(path: string): string | undefined {
    const blob = this.contentOf(path)
    const known = this.#urls.get(path)
    if (known !== undefined && known.blob === blob) return known.url
    if (known !== undefined) URL.revokeObjectURL(known.url)
    this.#urls.delete(path)
    if (blob === undefined) return undefined
    const url = URL.createObjectURL(blob)
    this.#urls.set(path, { blob, url })
    return url
  }

  /** The file or folder at `path`; fails as WeChat does if there is none. */
  existing(path: string, operation: string): FileNode {
    const temp = this.#temp.get(path)
    if (temp !== undefined) return { blob: temp, modified: 0 }
    const node =
      normalized(path) === USER_DATA_PATH ? { blob: undefined, modified: 0 } : this.#lasting.get(normalized(path))
    if (node === undefined) throw noSuchFile(path, operation)
    return node
  }

  /** Fails unless `path` is below USER_DATA_PATH, in an existing folder. */
  assertWritable(path: string, operation: string): void {
    this.#assertInUserArea(path, operation)
    const parent = parentOf(normalized(path))
    if (parent !== USER_DATA_PATH && this.#lasting.get(parent) === undefined) throw noSuchFile(path, operation)
    if (parent !== USER_DATA_PATH && this.#lasting.get(parent)?.blob !== undefined) throw failureOf('ENOTDIR', path)
  }

  /** Writes a file below USER_DATA_PATH. */
  write(path: string, blob: Blob): void {
    this.assertWritable(path, 'open')
    const before = this.#lasting.get(normalized(path))
    if (before !== undefined && before.blob === undefined) throw failureOf('EISDIR', path)
    this.#assertRoomFor(blob.size)
    this.#lasting.set(normalized(path), { blob, modified: Date.now() })
  }

  makeFolder(path: string, recursive: boolean): void {
    const target = normalized(path)
    if (!recursive) this.assertWritable(path, 'mkdir')
    else this.#assertInUserArea(path, 'mkdir')
    const before = this.#lasting.get(target)
    if (before !== undefined && !(recursive && before.blob === undefined)) throw failureOf('EEXIST', path)
    const segments = target.slice(USER_DATA_PATH.length + 1).split('/')
    for (let depth = 1; depth <= segments.length; depth += 1) {
      const folder = `${USER_DATA_PATH}/${segments.slice(0, depth).join('/')}`
      if (this.#lasting.get(folder)?.blob !== undefined) throw failureOf('ENOTDIR', path)
      if (!this.#lasting.has(folder)) this.#lasting.set(folder, { blob: undefined, modified: Date.now() })
    }
  }

  removeFolder(path: string, recursive: boolean): void {
    this.#assertInUserArea(path, 'rmdir')
    if (this.existing(path, 'rmdir').blob !== undefined) throw failureOf('ENOTDIR', path)
    const within = this.#below(normalized(path))
    if (within.length > 0 && !recursive) throw failureOf('ENOTEMPTY', path)
    for (const each of [...within, normalized(path)]) this.#lasting.delete(each)
  }

  /** The names in a folder. */
  list(path: string): string[] {
    if (this.existing(path, 'scandir').blob !== undefined) throw failureOf('ENOTDIR', path)
    const folder = normalized(path)
    const names = this.#below(folder).map((each) => each.slice(folder.length + 1))
    return names.filter((name) => !name.includes('/')).sort()
  }

  /** Removes a temporary, own or saved file. */
  unlink(path: string): void {
    const { blob } = this.existing(path, 'unlink')
    if (blob === undefined) throw failureOf('EPERM', path)
    this.#temp.delete(path)
    this.#lasting.delete(normalized(path))
    this.url(path)
  }

  /** Moves a temporary file to `target`, or else to the saved files, and returns its new path. */
  save(tempFilePath: string, target: string | undefined): string {
    const blob = this.#temp.get(tempFilePath)
    if (blob === undefined) throw new WxFailure('tempFilePath file not exist')
    const path = target ?? storeVirtualPath(randomHex() + extensionOf(tempFilePath))
    if (target === undefined) {
      this.#assertRoomFor(blob.size)
      this.#lasting.set(path, { blob, modified: Date.now() })
    } else this.write(target, blob)
    this.unlink(tempFilePath)
    return path
  }

  /** The saved files, without those below USER_DATA_PATH. */
  saved(): { path: string; size: number; modified: number }[] {
    return [...this.#lasting]
      .filter(([path]) => path.startsWith(STORE_PREFIX))
      .map(([path, { blob, modified }]) => ({ path, size: blob?.size ?? 0, modified }))
  }

  /** Removes temporary files and revokes all URLs. */
  dispose(): void {
    for (const { url } of this.#urls.values()) URL.revokeObjectURL(url)
    this.#urls.clear()
    this.#temp.clear()
  }

  #below(folder: string): string[] {
    return [...this.#lasting].map(([path]) => path).filter((path) => path.startsWith(`${folder}/`))
  }

  #assertInUserArea(path: string, operation: string): void {
    const inside = path.startsWith(`${USER_DATA_PATH}/`) && normalized(path) !== USER_DATA_PATH
    if (!inside || path.split('/').includes('..')) throw permissionDenied(path, operation)
  }

  #assertRoomFor(bytes: number): void {
    let sum = bytes
    for (const [, { blob }] of this.#lasting) sum += blob?.size ?? 0
    if (sum > this.#quotaBytes) throw quotaExceeded()
  }
}

function failureOf(code: string, path: string): Error {
  return fileFailure(code, path) ?? new WxFailure(`${code} "${path}"`)
}

/** The path without empty and `.` segments, and without a trailing slash. */
function normalized(path: string): string {
  if (!path.startsWith(`${USER_DATA_PATH}/`)) return path
  const segments = path.slice(USER_DATA_PATH.length + 1).split('/')
  return [USER_DATA_PATH, ...segments.filter((segment) => segment !== '' && segment !== '.')].join('/')
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

function randomHex(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
