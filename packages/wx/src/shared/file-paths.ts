import { ERRNO, WxFailure } from './failure.ts'

/** The folder of the program's own files; `wx.env.USER_DATA_PATH`. */
export const USER_DATA_PATH = 'wxfile://usr'
/** The prefix of the paths of saved files. */
export const STORE_PREFIX = 'wxfile://store_'
/** WeChat's quota for a program's own and saved files together. */
export const USER_FILES_QUOTA_BYTES = 200 * 1024 * 1024

/** The virtual path of a saved file, by its name. */
export function storeVirtualPath(name: string): string {
  return STORE_PREFIX + name
}

/** The failure for a path that does not exist. */
export function noSuchFile(virtualPath: string, operation: string): WxFailure {
  return new WxFailure(`no such file or directory, ${operation} "${virtualPath}"`, ERRNO.noSuchFile)
}

/** The failure for a path that the program may not write. */
export function permissionDenied(virtualPath: string, operation: string): WxFailure {
  return new WxFailure(`permission denied, ${operation} "${virtualPath}"`, ERRNO.permissionDenied)
}

/** The failure for a file that exceeds the quota. */
export function quotaExceeded(): WxFailure {
  return new WxFailure('the maximum size of the file storage limit is exceeded')
}

/** The failure, in WeChat's words, for an error code of the system; undefined for other codes. */
export function fileFailure(code: unknown, virtualPath: string): WxFailure | undefined {
  if (code === 'EEXIST') return new WxFailure(`file already exists, mkdir "${virtualPath}"`, ERRNO.fileExists)
  if (code === 'EISDIR') return new WxFailure(`illegal operation on a directory, open "${virtualPath}"`)
  if (code === 'ENOTDIR') return new WxFailure(`not a directory "${virtualPath}"`)
  if (code === 'ENOTEMPTY') return new WxFailure(`directory not empty "${virtualPath}"`)
  if (code === 'EPERM') return new WxFailure(`operation not permitted "${virtualPath}"`)
  return undefined
}

/** `length` bytes of a file from `position`; fails outside of the file. */
export function sliceOfFile(bytes: Uint8Array, position: number | undefined, length: number | undefined): Uint8Array {
  const start = position ?? 0
  const end = length === undefined ? bytes.length : start + length
  const outside = start < 0 || start > bytes.length || end < start || end > bytes.length
  if (outside) throw new WxFailure('the value of "position" or "length" is out of range')
  return bytes.subarray(start, end)
}
