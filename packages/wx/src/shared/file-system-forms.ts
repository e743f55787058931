/** The two faces of the file system manager, callbacks and `..Sync`, made of the operations beneath. */
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

/** What each operation does, at once; it throws WxFailure. */
export type FileWork = { [Name in keyof FileOperations]: (options: FileOperations[Name][0]) => FileOperations[Name][1] }

/** Operations that a platform does better without blocking; used by the callback forms instead. */
export type LaterFileWork = {
  [Name in keyof FileOperations]?: (options: FileOperations[Name][0]) => Promise<FileOperations[Name][1]>
}

/** Makes what `wx.getFileSystemManager()` returns out of `work`. */
export function fileSystemManagerOf(
  work: FileWork,
  report: ReportCallbackError,
  later: LaterFileWork = {},
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
    ...createAsyncForms(work, later, report),
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

function createAsyncForms(work: FileWork, later: LaterFileWork, report: ReportCallbackError): AsyncFileOperations {
  const form =
    <Name extends keyof FileOperations>(name: Name): FileOperation<Name> =>
    (given) => {
      const options = given ?? {}
      const outcome = laterTurn().then(() => (later[name] ?? work[name])(options))
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
