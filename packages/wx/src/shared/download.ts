import type { Callbacks } from './callbacks.ts'
import { extensionFor } from './content-types.ts'
import { requireString } from './failure.ts'
import { headerValue, outgoingHeaders } from './headers.ts'
import { parseHttpUrl } from './http-url.ts'
import { Listeners } from './listeners.ts'
import { extensionOf } from './paths.ts'
import type { ResponseHead } from './sender.ts'
import { startTransfer, type TransferParts, type TransferTask } from './transfer.ts'

export interface DownloadFileOptions extends Callbacks<DownloadFileResult> {
  url: string
  header?: Record<string, unknown> | undefined
  /** Where to store the file, below USER_DATA_PATH; default a temporary file. */
  filePath?: string | undefined
  /** Milliseconds; default 60,000. */
  timeout?: number | undefined
}

export interface DownloadFileResult {
  /** Present if no filePath was given. */
  tempFilePath?: string
  /** Present if a filePath was given. */
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

/** Makes `wx.downloadFile`: a GET whose body becomes a file of the phone. */
export function createDownloadFile<Content, Body>(
  parts: TransferParts<Content, Body>,
): (options: DownloadFileOptions) => DownloadTask {
  return (given) => {
    const options = given ?? ({} as DownloadFileOptions)
    const progress = new Listeners<DownloadProgress>(parts.report)
    const task = startTransfer<DownloadFileResult>('downloadFile', options, parts, async (sendOptions) => {
      const url = parseHttpUrl(requireString(options.url, 'url'))
      const filePath = options.filePath === undefined ? undefined : requireString(options.filePath, 'filePath')
      if (filePath !== undefined) parts.files.assertWritable(filePath, 'open')
      // No default headers: a plain GET needs no CORS preflight, which object stores may not answer.
      const headers = outgoingHeaders(parts.identity, {}, options.header)
      const { head, body } = await parts.sender.send(
        { url, method: 'GET', headers, body: undefined, followRedirects: true },
        { ...sendOptions, onReceived: (received, expected) => progress.emit(downloadProgress(received, expected)) },
      )
      const path = await parts.files.store(body, {
        filePath,
        extension: extensionOfDownload(url, head),
        contentType: headerValue(head.header, 'content-type') ?? '',
        signal: sendOptions.signal,
      })
      return { ...(filePath === undefined ? { tempFilePath: path } : { filePath }), statusCode: head.statusCode }
    })
    return { ...task, onProgressUpdate: progress.on, offProgressUpdate: progress.off }
  }
}

/** The extension of the temporary file: by the Content-Type, or else that of the URL. */
function extensionOfDownload(url: URL, head: ResponseHead): string {
  return extensionFor(headerValue(head.header, 'content-type')) || extensionOf(url.pathname)
}

/** The progress event for `written` of `expected` bytes; `expected` is 0 if unknown. */
function downloadProgress(written: number, expected: number): DownloadProgress {
  const progress = expected > 0 ? Math.floor((written / expected) * 100) : 0
  return { progress, totalBytesWritten: written, totalBytesExpectedToWrite: expected }
}
