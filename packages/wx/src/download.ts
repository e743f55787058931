import { copyFileSync, createWriteStream, openSync } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  type DownloadFileOptions,
  type DownloadFileResult,
  type DownloadProgress,
  type DownloadTask,
  downloadProgress,
  extensionOfDownload,
} from './download-shape.ts'
import { requireString } from './failure.ts'
import { headerValue, outgoingHeaders } from './headers.ts'
import { exchange } from './http-exchange.ts'
import { parseHttpUrl } from './http-url.ts'
import { Listeners } from './listeners.ts'
import { type NetworkParts, type ResponseHead, type StartedTransfer, startTransfer } from './transfer.ts'
import type { VirtualFiles } from './virtual-files.ts'

/** Makes `wx.downloadFile`: a GET whose body becomes a real file behind a virtual path. */
export function createDownloadFile(
  parts: NetworkParts,
  files: VirtualFiles,
): (options: DownloadFileOptions) => DownloadTask {
  return (given) => {
    const options = given ?? ({} as DownloadFileOptions)
    const progress = new Listeners<DownloadProgress>(parts.report)
    const task = startTransfer<DownloadFileResult>('downloadFile', options, parts, (transfer) =>
      download(options, parts, files, transfer, (event) => progress.emit(event)),
    )
    return { ...task, onProgressUpdate: progress.on, offProgressUpdate: progress.off }
  }
}

async function download(
  options: DownloadFileOptions,
  parts: NetworkParts,
  files: VirtualFiles,
  transfer: StartedTransfer,
  onProgress: (event: DownloadProgress) => void,
): Promise<DownloadFileResult> {
  const url = parseHttpUrl(requireString(options.url, 'url'))
  const asked = options.filePath === undefined ? undefined : requireString(options.filePath, 'filePath')
  const askedPath = asked === undefined ? undefined : files.writable(asked, 'open')
  const headers = outgoingHeaders(parts.identity, {}, options.header)
  const request = { url, method: 'GET', headers, body: undefined, followRedirects: true }
  const { head, stream } = await exchange(request, transfer.line)
  transfer.headersReceived(head)
  // Half a file must not stand where a whole one is expected: the target is written when all has arrived.
  const temp = files.createTemp(extensionOfDownload(url, head))
  // Opened now: an abort while a stream still opens it would let it appear after it was removed.
  const fd = openSync(temp.realPath, 'w')
  try {
    await pipeline(stream, progressMeter(head, onProgress), createWriteStream(temp.realPath, { fd }), {
      signal: transfer.line.signal,
    })
    if (asked === undefined || askedPath === undefined) {
      return { tempFilePath: temp.path, statusCode: head.statusCode }
    }
    copyFileSync(temp.realPath, askedPath)
  } catch (error) {
    files.remove(temp.path)
    throw error
  }
  files.remove(temp.path)
  return { filePath: asked, statusCode: head.statusCode }
}

function progressMeter(head: ResponseHead, onProgress: (event: DownloadProgress) => void): Transform {
  const encoded = headerValue(head.header, 'content-encoding') !== undefined
  const expected = encoded ? 0 : Number(headerValue(head.header, 'content-length') ?? 0)
  let written = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      written += chunk.length
      onProgress(downloadProgress(written, expected))
      done(null, chunk)
    },
  })
}
