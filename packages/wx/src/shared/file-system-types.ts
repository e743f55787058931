import type { Callbacks } from './callbacks.ts'

export type TextEncoding =
  | 'ascii'
  | 'base64'
  | 'binary'
  | 'hex'
  | 'ucs2'
  | 'ucs-2'
  | 'utf16le'
  | 'utf-16le'
  | 'utf-8'
  | 'utf8'
  | 'latin1'

export interface FileStats {
  mode: number
  size: number
  /** Seconds since 1970. */
  lastAccessedTime: number
  /** Seconds since 1970. */
  lastModifiedTime: number
  isDirectory(): boolean
  isFile(): boolean
}

interface SavedFile {
  filePath: string
  size: number
  /** Seconds since 1970. */
  createTime: number
}

/** Options and result of each operation of the file system manager. */
export interface FileOperations {
  access: [{ path: string }, object]
  copyFile: [{ srcPath: string; destPath: string }, object]
  getFileInfo: [
    { filePath: string; digestAlgorithm?: 'md5' | 'sha1' | 'sha256' | undefined },
    { size: number; digest: string },
  ]
  getSavedFileList: [object, { fileList: SavedFile[] }]
  mkdir: [{ dirPath: string; recursive?: boolean | undefined }, object]
  readFile: [
    {
      filePath: string
      /** Default: the data is an ArrayBuffer. */
      encoding?: TextEncoding | undefined
      /** First byte to read; default 0. */
      position?: number | undefined
      /** Number of bytes to read; default all. */
      length?: number | undefined
    },
    { data: string | ArrayBuffer },
  ]
  readdir: [{ dirPath: string }, { files: string[] }]
  removeSavedFile: [{ filePath: string }, object]
  rmdir: [{ dirPath: string; recursive?: boolean | undefined }, object]
  saveFile: [{ tempFilePath: string; filePath?: string | undefined }, { savedFilePath: string }]
  stat: [{ path: string }, { stats: FileStats }]
  unlink: [{ filePath: string }, object]
  writeFile: [{ filePath: string; data: string | ArrayBuffer; encoding?: TextEncoding | undefined }, object]
}

/** The callback form of an operation. As in WeChat, it never returns a promise. */
export type FileOperation<Name extends keyof FileOperations> = (
  options: FileOperations[Name][0] & Callbacks<FileOperations[Name][1]>,
) => void

/** The callback forms of all operations. */
export type AsyncFileOperations = { [Name in keyof FileOperations]: FileOperation<Name> }

/** The result of `wx.getFileSystemManager()`. The sync forms throw an Error `<api>Sync:fail <reason>`. */
export interface FileSystemManager extends AsyncFileOperations {
  accessSync(path: string): void
  copyFileSync(srcPath: string, destPath: string): void
  mkdirSync(dirPath: string, recursive?: boolean): void
  readFileSync(filePath: string): ArrayBuffer
  readFileSync(filePath: string, encoding: TextEncoding, position?: number, length?: number): string
  readFileSync(
    filePath: string,
    encoding: TextEncoding | undefined,
    position?: number,
    length?: number,
  ): string | ArrayBuffer
  readdirSync(dirPath: string): string[]
  rmdirSync(dirPath: string, recursive?: boolean): void
  saveFileSync(tempFilePath: string, filePath?: string): string
  statSync(path: string): FileStats
  unlinkSync(filePath: string): void
  writeFileSync(filePath: string, data: string | ArrayBuffer, encoding?: TextEncoding): void
}
