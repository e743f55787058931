import { toArrayBuffer } from '../../../src/shared/bytes.ts'
import { type AsyncApi, asyncApi, type ReportCallbackError } from '../../../src/shared/callbacks.ts'
import { contentTypeOf } from '../../../src/shared/content-types.ts'
import { requireString } from '../../../src/shared/failure.ts'
import { fileFailure, sliceOfFile } from '../../../src/shared/file-paths.ts'
import { type FileWork, fileSystemManagerOf } from '../../../src/shared/file-system-forms.ts'
import type { FileOperations, FileStats, FileSystemManager } from '../../../src/shared/file-system-types.ts'
import type { BrowserFiles, FileNode } from './browser-files.ts'
import { digestOf } from './digest.ts'
import { codec } from './encodings.ts'
import { readNow } from './read-now.ts'

/** Mode bits of a regular file and of a folder; WeChat reports those of the system. */
const FILE_MODE = 0o100644
const FOLDER_MODE = 0o040755

/** Makes the result of `wx.getFileSystemManager()` for the files of the browser phone. Only the `..Sync` calls block. */
export function createFileSystemManager(files: BrowserFiles, report: ReportCallbackError): FileSystemManager {
  return fileSystemManagerOf(createWork(files), report, {
    readFile: async (options) => {
      const blob = contentOf(files, options.filePath)
      return readResult(new Uint8Array(await blob.arrayBuffer()), options)
    },
    getFileInfo: (options) => fileInfo(files, options),
  })
}

type FileApi = {
  [Name in 'saveFile' | 'getFileInfo' | 'getSavedFileList' | 'removeSavedFile']: AsyncApi<
    FileOperations[Name][0],
    FileOperations[Name][1]
  >
}

/** The calls of the file system manager that `wx` has too, there with promises: `wx.saveFile` and so on. */
export function createFileApi(files: BrowserFiles, report: ReportCallbackError): FileApi {
  const { saveFile, getSavedFileList, removeSavedFile } = createWork(files)
  return {
    saveFile: asyncApi('saveFile', report, saveFile),
    getFileInfo: asyncApi('getFileInfo', report, (options: FileOperations['getFileInfo'][0]) =>
      fileInfo(files, options),
    ),
    getSavedFileList: asyncApi('getSavedFileList', report, getSavedFileList),
    removeSavedFile: asyncApi('removeSavedFile', report, removeSavedFile),
  }
}

async function fileInfo(
  files: BrowserFiles,
  { filePath, digestAlgorithm = 'md5' }: FileOperations['getFileInfo'][0],
): Promise<FileOperations['getFileInfo'][1]> {
  const bytes = new Uint8Array(await contentOf(files, filePath).arrayBuffer())
  return { size: bytes.length, digest: await digestOf(digestAlgorithm, bytes) }
}

type ReadOptions = FileOperations['readFile'][0]

function readResult(bytes: Uint8Array, { encoding, position, length }: ReadOptions): FileOperations['readFile'][1] {
  const part = sliceOfFile(bytes, position, length)
  return { data: encoding === undefined || encoding === null ? toArrayBuffer(part) : codec(encoding).decode(part) }
}

/** The content of a file; fails if there is none, and for folders. */
function contentOf(files: BrowserFiles, filePath: unknown): Blob {
  const path = requireString(filePath, 'filePath')
  const { blob } = files.existing(path, 'open')
  const failure = fileFailure('EISDIR', path)
  if (blob === undefined && failure !== undefined) throw failure
  return blob ?? new Blob()
}

function createWork(files: BrowserFiles): FileWork {
  return {
    access: ({ path }) => {
      files.existing(requireString(path, 'path'), 'access')
      return {}
    },
    copyFile: ({ srcPath, destPath }) => {
      const { blob } = files.existing(requireString(srcPath, 'srcPath'), 'copyFile')
      files.assertWritable(requireString(destPath, 'destPath'), 'copyFile')
      files.write(destPath, blob ?? contentOf(files, srcPath))
      return {}
    },
    // The asynchronous implementation above is used: browsers compute digests only asynchronously.
    getFileInfo: ({ filePath }) => ({ size: contentOf(files, filePath).size, digest: '' }),
    getSavedFileList: () => ({
      fileList: files.saved().map(({ path, size, modified }) => ({
        filePath: path,
        size,
        createTime: Math.floor(modified / 1000),
      })),
    }),
    mkdir: ({ dirPath, recursive = false }) => {
      files.makeFolder(requireString(dirPath, 'dirPath'), recursive)
      return {}
    },
    readFile: (options) => readResult(readNow(contentOf(files, options.filePath)), options),
    readdir: ({ dirPath }) => ({ files: files.list(requireString(dirPath, 'dirPath')) }),
    removeSavedFile: ({ filePath }) => {
      files.unlink(requireString(filePath, 'filePath'))
      return {}
    },
    rmdir: ({ dirPath, recursive = false }) => {
      files.removeFolder(requireString(dirPath, 'dirPath'), recursive)
      return {}
    },
    saveFile: ({ tempFilePath, filePath }) => ({
      savedFilePath: files.save(requireString(tempFilePath, 'tempFilePath'), filePath),
    }),
    stat: ({ path }) => ({ stats: statsOf(files.existing(requireString(path, 'path'), 'stat')) }),
    unlink: ({ filePath }) => {
      files.unlink(requireString(filePath, 'filePath'))
      return {}
    },
    writeFile: ({ filePath, data, encoding = 'utf8' }) => {
      const path = requireString(filePath, 'filePath')
      const bytes = data instanceof ArrayBuffer ? data : codec(encoding).encode(String(data))
      files.write(path, new Blob([bytes], { type: contentTypeOf(path) }))
      return {}
    },
  }
}

function statsOf({ blob, modified }: FileNode): FileStats {
  const seconds = Math.floor(modified / 1000)
  return {
    mode: blob === undefined ? FOLDER_MODE : FILE_MODE,
    size: blob?.size ?? 0,
    lastAccessedTime: seconds,
    lastModifiedTime: seconds,
    isDirectory: () => blob === undefined,
    isFile: () => blob !== undefined,
  }
}
