/** What wx.downloadFile takes and tells, whatever carries it. */
import type { Callbacks } from './callbacks.ts'
import { extensionFor } from './content-types.ts'
import { headerValue } from './headers.ts'
import { extensionOf } from './paths.ts'
import type { ResponseHead, TransferTask } from './transfer.ts'

export interface DownloadFileOptions extends Callbacks<DownloadFileResult> {
  url: string
  header?: Record<string, unknown> | undefined
  /** Where to put the file, below USER_DATA_PATH; without it a temporary file is made. */
  filePath?: string | undefined
  /** Milliseconds; default 60,000. */
  timeout?: number | undefined
}

export interface DownloadFileResult {
  /** Present when no filePath was asked for. */
  tempFilePath?: string
  /** Present when filePath was asked for. */
  filePath?: string
  /** Any HTTP status: the body of an error page is saved like any other. */
  statusCode: number
}

export interface DownloadProgress {
  /** 0 to 100, whole numbers. */
  progress: number
  totalBytesWritten: number
  totalBytesExpectedToWrite: number
}

export interface DownloadTask extends TransferTask {
  onProgressUpdate: (listener: (event: DownloadProgress) => void) => void
  offProgressUpdate: (listener?: (event: DownloadProgress) => void) => void
}

/** The extension of the temporary file: by the Content-Type, else that of the URL. */
export function extensionOfDownload(url: URL, head: ResponseHead): string {
  return extensionFor(headerValue(head.header, 'content-type')) || extensionOf(url.pathname)
}

/** The progress event when `written` bytes of `expected` are here; 0 expected when nobody knows. */
export function downloadProgress(written: number, expected: number): DownloadProgress {
  const progress = expected > 0 ? Math.floor((written / expected) * 100) : 0
  return { progress, totalBytesWritten: written, totalBytesExpectedToWrite: expected }
}
