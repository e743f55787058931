import { createHash } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { toArrayBuffer } from '../shared/bytes.ts'
import type { ReportCallbackError } from '../shared/callbacks.ts'
import { requireString, WxFailure } from '../shared/failure.ts'
import {
  fileFailure,
  quotaExceeded,
  sliceOfFile,
  storeVirtualPath,
  USER_FILES_QUOTA_BYTES,
} from '../shared/file-paths.ts'
import { type FileWork, fileSystemManagerOf } from '../shared/file-system-forms.ts'
import type { FileStats, FileSystemManager, TextEncoding } from '../shared/file-system-types.ts'
import type { VirtualFiles } from './virtual-files.ts'

const NODE_ENCODINGS: Record<TextEncoding, BufferEncoding> = {
  ascii: 'ascii',
  base64: 'base64',
  binary: 'latin1',
  hex: 'hex',
  ucs2: 'ucs2',
  'ucs-2': 'ucs2',
  utf16le: 'utf16le',
  'utf-16le': 'utf16le',
  'utf-8': 'utf8',
  utf8: 'utf8',
  latin1: 'latin1',
}

/** Makes the result of `wx.getFileSystemManager()` for the virtual files. `quotaBytes` limits the persistent ones. */
export function createFileSystemManager(
  files: VirtualFiles,
  report: ReportCallbackError,
  quotaBytes: number = USER_FILES_QUOTA_BYTES,
): FileSystemManager {
  return fileSystemManagerOf(createWork(files, quotaBytes), report)
}

function createWork(files: VirtualFiles, quotaBytes: number): FileWork {
  const assertRoomFor = (bytes: number): void => {
    if (sizeOfTree(files.userDirectory) + sizeOfTree(files.storeDirectory) + bytes > quotaBytes) {
      throw quotaExceeded()
    }
  }
  const existing = (path: unknown, parameter: string, operation: string): string =>
    files.existing(requireString(path, parameter), operation)
  const writable = (path: unknown, parameter: string, operation: string): string =>
    files.writable(requireString(path, parameter), operation)

  return {
    access: ({ path }) => {
      existing(path, 'path', 'access')
      return {}
    },
    copyFile: ({ srcPath, destPath }) => {
      const source = existing(srcPath, 'srcPath', 'copyFile')
      const target = writable(destPath, 'destPath', 'copyFile')
      assertRoomFor(statSync(source).size)
      attempt(destPath, () => copyFileSync(source, target))
      return {}
    },
    getFileInfo: ({ filePath, digestAlgorithm = 'md5' }) => {
      const bytes = attempt(filePath, () => readFileSync(existing(filePath, 'filePath', 'open')))
      return { size: bytes.length, digest: createHash(digestAlgorithm).update(bytes).digest('hex') }
    },
    getSavedFileList: () => ({
      fileList: readdirSync(files.storeDirectory).map((name) => {
        const { size, mtimeMs } = statSync(join(files.storeDirectory, name))
        return { filePath: storeVirtualPath(name), size, createTime: Math.floor(mtimeMs / 1000) }
      }),
    }),
    mkdir: ({ dirPath, recursive = false }) => {
      const path = recursive
        ? files.inUserArea(requireString(dirPath, 'dirPath'), 'mkdir')
        : writable(dirPath, 'dirPath', 'mkdir')
      attempt(dirPath, () => mkdirSync(path, { recursive }))
      return {}
    },
    readFile: ({ filePath, encoding, position, length }) => {
      const bytes = attempt(filePath, () => readFileSync(existing(filePath, 'filePath', 'open')))
      const part = Buffer.from(sliceOfFile(bytes, position, length))
      if (encoding === undefined || encoding === null) return { data: toArrayBuffer(part) }
      return { data: part.toString(nodeEncoding(encoding)) }
    },
    readdir: ({ dirPath }) => ({
      files: attempt(dirPath, () => readdirSync(existing(dirPath, 'dirPath', 'scandir'))),
    }),
    removeSavedFile: ({ filePath }) => {
      existing(filePath, 'filePath', 'unlink')
      files.remove(filePath)
      return {}
    },
    rmdir: ({ dirPath, recursive = false }) => {
      writable(dirPath, 'dirPath', 'rmdir')
      const path = existing(dirPath, 'dirPath', 'rmdir')
      attempt(dirPath, () => (recursive ? rmSync(path, { recursive }) : rmdirSync(path)))
      return {}
    },
    saveFile: ({ tempFilePath, filePath }) => {
      const source = files.realPath(requireString(tempFilePath, 'tempFilePath'))
      if (source !== undefined) assertRoomFor(statSync(source).size)
      return { savedFilePath: files.save(tempFilePath, filePath) }
    },
    stat: ({ path }) => ({ stats: fileStats(existing(path, 'path', 'stat')) }),
    unlink: ({ filePath }) => {
      const path = existing(filePath, 'filePath', 'unlink')
      if (filePath.startsWith('wxfile://usr')) attempt(filePath, () => unlinkSync(path))
      else files.remove(filePath)
      return {}
    },
    writeFile: ({ filePath, data, encoding = 'utf8' }) => {
      const path = writable(filePath, 'filePath', 'open')
      const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : Buffer.from(data, nodeEncoding(encoding))
      assertRoomFor(bytes.length)
      attempt(filePath, () => writeFileSync(path, bytes))
      return {}
    },
  }
}

function nodeEncoding(encoding: TextEncoding): BufferEncoding {
  const known = Object.hasOwn(NODE_ENCODINGS, encoding) ? NODE_ENCODINGS[encoding] : undefined
  if (known === undefined) throw new WxFailure(`invalid encoding "${encoding}"`)
  return known
}

function fileStats(realPath: string): FileStats {
  const stats = statSync(realPath)
  return {
    mode: stats.mode,
    size: stats.size,
    lastAccessedTime: Math.floor(stats.atimeMs / 1000),
    lastModifiedTime: Math.floor(stats.mtimeMs / 1000),
    isDirectory: () => stats.isDirectory(),
    isFile: () => stats.isFile(),
  }
}

function sizeOfTree(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

/** Runs a real file operation; its failures name the virtual path, as WeChat's do. */
function attempt<T>(virtualPath: string, operation: () => T): T {
  try {
    return operation()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw fileFailure(code, virtualPath) ?? error
  }
}
