/** The two forms of the file system manager's calls, with callbacks and `..Sync`, made of the same operations. */
import { deliver, type ReportCallbackError } from './callbacks.ts'
import { toWxError } from './failure.ts'
import type {
  AsyncFileOperations,
  FileOperation,
  FileOperations,
  FileSystemManager,
  TextEncoding,
} from './file-system-types.ts'
import { laterTurn } from './timers.ts'

/** The synchronous implementation of each operation; throws WxFailure. */
export type FileWork = { [Name in keyof FileOperations]: (options: FileOperations[Name][0]) => FileOperations[Name][1] }

/** Non-blocking implementations; the callback forms prefer them. */
export type AsyncFileWork = {
  [Name in keyof FileOperations]?: (options: FileOperations[Name][0]) => Promise<FileOperations[Name][1]>
}

/** Makes the result of `wx.getFileSystemManager()` out of `work`. */
export function fileSystemManagerOf(
  work: FileWork,
  report: ReportCallbackError,
  asyncWork: AsyncFileWork = {},
): FileSystemManager {
  const now = <Name extends keyof FileOperations>(
    name: Name,
    options: FileOperations[Name][0],
  ): FileOperations[Name][1] => {
    try {
      return work[name](options)
    } catch (error) {
      throw new Error(toWxError(`${name}Sync`, error).errMsg)
    }
  }
  return {
    ...createAsyncForms(work, asyncWork, report),
    accessSync: (path) => void now('access', { path }),
    copyFileSync: (srcPath, destPath) => void now('copyFile', { srcPath, destPath }),
    mkdirSync: (dirPath, recursive) => void now('mkdir', { dirPath, recursive }),
    readFileSync: ((filePath: string, encoding?: TextEncoding, position?: number, length?: number) =>
      now('readFile', { filePath, encoding, position, length }).data) as FileSystemManager['readFileSync'],
    readdirSync: (dirPath) => now('readdir', { dirPath }).files,
    rmdirSync: (dirPath, recursive) => void now('rmdir', { dirPath, recursive }),
    saveFileSync: (tempFilePath, filePath) => now('saveFile', { tempFilePath, filePath }).savedFilePath,
    statSync: (path) => now('stat', { path }).stats,
    unlinkSync: (filePath) => void now('unlink', { filePath }),
    writeFileSync: (filePath, data, encoding) => void now('writeFile', { filePath, data, encoding }),
  }
}

function createAsyncForms(work: FileWork, asyncWork: AsyncFileWork, report: ReportCallbackError): AsyncFileOperations {
  const form =
    <Name extends keyof FileOperations>(name: Name): FileOperation<Name> =>
    (given) => {
      const options = given ?? {}
      const outcome = laterTurn().then(() => (asyncWork[name] ?? work[name])(options))
      void deliver<FileOperations[Name][1]>(name, options, outcome, report)
    }
  return {
    access: form('access'),
    copyFile: form('copyFile'),
    getFileInfo: form('getFileInfo'),
    getSavedFileList: form('getSavedFileList'),
    mkdir: form('mkdir'),
    readFile: form('readFile'),
    readdir: form('readdir'),
    removeSavedFile: form('removeSavedFile'),
    rmdir: form('rmdir'),
    saveFile: form('saveFile'),
    stat: form('stat'),
    unlink: form('unlink'),
    writeFile: form('writeFile'),
  }
}
