import { randomBytes } from 'node:crypto'
import {
  copyFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, extname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WxFailure } from '../shared/failure.ts'
import { noSuchFile, permissionDenied, STORE_PREFIX, USER_DATA_PATH } from '../shared/file-paths.ts'
import type { MediaType } from '../shared/media-types.ts'
import type { StoreOptions, TransferFiles } from '../shared/sender.ts'
import { TempDirectory } from './temp-directory.ts'

/** What the picker reports about a file besides its bytes. */
export interface FileFacts {
  /** Default: by the extension of the name, otherwise image. */
  fileType?: MediaType | undefined
  /** Pixels. */
  width?: number | undefined
  /** Pixels. */
  height?: number | undefined
  /** Seconds; videos only. */
  duration?: number | undefined
}

/** The bytes of a file, or the path of a real file. */
export type FileSource = string | Uint8Array | ArrayBuffer

/** The files that a test puts on the simulated phone. */
export interface FileRegistry {
  /**
   * Puts a temporary file on the phone and returns its `http://tmp/..` path, with the extension of `name`, if any. `source`
   * is the bytes, or a real path that is read in place.
   *
   * @example
   * const filePath = files.add('photo.jpg', new Uint8Array([1, 2, 3]), { fileType: 'image' })
   */
  add(name: string, source: FileSource, facts?: FileFacts): string
  /** The real path of a virtual one, or undefined if there is no such file. */
  realPath(virtualPath: string): string | undefined
  /** Removes a temporary file, as the phone does when it runs out of space. */
  remove(virtualPath: string): void
}

interface TempFile {
  realPath: string
  facts: FileFacts
}

/**
 * The files of a phone, stored on disk: temporary ones (`http://tmp/..`), the program's own (`wxfile://usr/..`) and saved
 * ones (`wxfile://store_..`).
 */
export class VirtualFiles implements FileRegistry, TransferFiles<string, Readable> {
  readonly #temp = new TempDirectory()
  readonly #tempFiles = new Map<string, TempFile>()
  readonly #tempPrefix: string
  readonly #userDataDir: string | undefined

  /** With `userDataDir`, the program's own and saved files are stored there and outlive this object. */
  constructor(options: { tempPrefix: string; userDataDir: string | undefined }) {
    this.#tempPrefix = options.tempPrefix
    this.#userDataDir = options.userDataDir
  }

  add(name: string, source: FileSource, facts: FileFacts = {}): string {
    const extension = extname(name)
    if (typeof source === 'string') return this.#register(source, extension, facts)
    const created = this.createTemp(extension, facts)
    writeFileSync(created.realPath, source instanceof ArrayBuffer ? new Uint8Array(source) : source)
    return created.path
  }

  /** A new temporary path, and the real path to write to; `extension` with its dot, or empty. */
  createTemp(extension: string, facts: FileFacts = {}): { path: string; realPath: string } {
    const realPath = join(this.#temp.path, randomBytes(16).toString('hex') + extension)
    return { path: this.#register(realPath, extension, facts), realPath }
  }

  facts(virtualPath: string): FileFacts {
    return this.#tempFiles.get(virtualPath)?.facts ?? {}
  }

  realPath(virtualPath: string): string | undefined {
    const temp = this.#tempFiles.get(virtualPath)
    const path = temp?.realPath ?? this.#persistentPath(virtualPath)
    return path !== undefined && existsSync(path) ? path : undefined
  }

  /** The real path of a file; undefined for a path without one, and for folders. */
  contentOf(virtualPath: string): string | undefined {
    const path = this.realPath(virtualPath)
    return path !== undefined && statSync(path).isFile() ? path : undefined
  }

  assertWritable(virtualPath: string, operation: string): void {
    this.writable(virtualPath, operation)
  }

  async store(body: Readable, { filePath, extension, signal }: StoreOptions): Promise<string> {
    // The target is written once everything has arrived, so that an interrupted download leaves the old file alone.
    const temp = this.createTemp(extension)
    // Opened here: a stream that is aborted while it still opens the file would create it after its removal.
    const fd = openSync(temp.realPath, 'w')
    try {
      await pipeline(body, createWriteStream(temp.realPath, { fd }), { signal })
      if (filePath === undefined) return temp.path
      copyFileSync(temp.realPath, this.writable(filePath, 'open'))
    } catch (error) {
      this.remove(temp.path)
      throw error
    }
    this.remove(temp.path)
    return filePath
  }

  /** The real path of an existing file; fails as WeChat does if there is none. */
  existing(virtualPath: string, operation: string): string {
    const path = this.realPath(virtualPath)
    if (path === undefined) throw noSuchFile(virtualPath, operation)
    return path
  }

  /** The real path of `virtualPath`; fails unless it is below USER_DATA_PATH, in an existing folder. */
  writable(virtualPath: string, operation: string): string {
    const path = this.inUserArea(virtualPath, operation)
    if (!existsSync(dirname(path))) throw noSuchFile(virtualPath, operation)
    return path
  }

  /** The real path of `virtualPath`; fails with `permission denied` unless it is below USER_DATA_PATH. */
  inUserArea(virtualPath: string, operation: string): string {
    const path = virtualPath.startsWith(`${USER_DATA_PATH}/`) ? this.#persistentPath(virtualPath) : undefined
    if (path === undefined) throw permissionDenied(virtualPath, operation)
    return path
  }

  /** Moves a temporary file to `target`, or else to the saved files, and returns its new path. */
  save(tempFilePath: string, target: string | undefined): string {
    const temp = this.#tempFiles.get(tempFilePath)
    if (temp === undefined || !existsSync(temp.realPath)) throw new WxFailure('tempFilePath file not exist')
    const saved = target ?? STORE_PREFIX + randomBytes(16).toString('hex') + extname(tempFilePath)
    const destination =
      target === undefined ? join(this.storeDirectory, saved.slice(STORE_PREFIX.length)) : this.writable(target, 'open')
    copyFileSync(temp.realPath, destination)
    this.remove(tempFilePath)
    return saved
  }

  remove(virtualPath: string): void {
    const temp = this.#tempFiles.get(virtualPath)
    this.#tempFiles.delete(virtualPath)
    // Files that a test registered by their real path are not deleted.
    if (temp?.realPath.startsWith(this.#temp.path)) rmSync(temp.realPath, { force: true })
    if (temp !== undefined) return
    const path = this.#persistentPath(virtualPath)
    if (path !== undefined) rmSync(path, { force: true })
  }

  /** The real folder of saved files. */
  get storeDirectory(): string {
    return this.#area('store')
  }

  /** The real folder of USER_DATA_PATH. */
  get userDirectory(): string {
    return this.#area('usr')
  }

  dispose(): void {
    this.#tempFiles.clear()
    this.#temp.remove()
  }

  #register(realPath: string, extension: string, facts: FileFacts): string {
    const path = this.#tempPrefix + randomBytes(16).toString('hex') + extension
    this.#tempFiles.set(path, { realPath, facts })
    return path
  }

  #persistentPath(virtualPath: string): string | undefined {
    if (virtualPath.startsWith(STORE_PREFIX)) return this.#storePath(virtualPath)
    if (virtualPath === USER_DATA_PATH || virtualPath === `${USER_DATA_PATH}/`) return this.userDirectory
    if (!virtualPath.startsWith(`${USER_DATA_PATH}/`)) return undefined
    const segments = virtualPath.slice(USER_DATA_PATH.length + 1).split('/')
    if (segments.includes('..')) return undefined
    return join(this.userDirectory, ...segments)
  }

  #storePath(virtualPath: string): string | undefined {
    const name = virtualPath.slice(STORE_PREFIX.length)
    return /^[0-9a-f]{32}(\.[^/\\]*)?$/.test(name) ? join(this.storeDirectory, name) : undefined
  }

  #area(name: 'usr' | 'store'): string {
    const path = join(this.#userDataDir ?? join(this.#temp.path, 'persistent'), name)
    mkdirSync(path, { recursive: true })
    return path
  }
}
