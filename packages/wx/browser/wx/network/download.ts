import {
  type DownloadFileOptions,
  type DownloadFileResult,
  type DownloadProgress,
  type DownloadTask,
  downloadProgress,
  extensionOfDownload,
} from '../../../src/download-shape.ts'
import { requireString } from '../../../src/failure.ts'
import { headerValue, outgoingHeaders } from '../../../src/headers.ts'
import { parseHttpUrl } from '../../../src/http-url.ts'
import { Listeners } from '../../../src/listeners.ts'
import { type NetworkParts, startTransfer } from '../../../src/transfer.ts'
import type { BrowserFiles } from '../files/browser-files.ts'
import { sendXhr } from './xhr.ts'

/** Makes `wx.downloadFile`: a GET whose body becomes a file of the phone. */
export function createDownloadFile(
  parts: NetworkParts,
  files: BrowserFiles,
): (options: DownloadFileOptions) => DownloadTask {
  return (given) => {
    const options = given ?? ({} as DownloadFileOptions)
    const progress = new Listeners<DownloadProgress>(parts.report)
    const task = startTransfer<DownloadFileResult>('downloadFile', options, parts, async (transfer) => {
      const url = parseHttpUrl(requireString(options.url, 'url'))
      const asked = options.filePath === undefined ? undefined : requireString(options.filePath, 'filePath')
      if (asked !== undefined) files.assertWritable(asked, 'open')
      // A GET without headers of ours needs no permission asked beforehand (CORS preflight), as stores may not give it.
      const headers = outgoingHeaders(parts.identity, {}, options.header)
      const { head, body } = await sendXhr(
        { url, method: 'GET', headers, body: undefined, bodyBytes: 0 },
        transfer.line,
        {
          onHead: transfer.headersReceived,
          onReceived: (received, expected) => progress.emit(downloadProgress(received, expected)),
        },
      )
      // Named by its media type here, so that a page can show it.
      const typed = new Blob([body], { type: headerValue(head.header, 'content-type') ?? '' })
      if (asked === undefined) {
        return { tempFilePath: files.add(extensionOfDownload(url, head), typed), statusCode: head.statusCode }
      }
      files.write(asked, typed)
      return { filePath: asked, statusCode: head.statusCode }
    })
    return { ...task, onProgressUpdate: progress.on, offProgressUpdate: progress.off }
  }
}
