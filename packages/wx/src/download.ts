import { copyFileSync, createWriteStream, openSync } from 'node:fs'
import { extname } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Callbacks } from './callbacks.ts'
import { extensionFor } from './content-types.ts'
import { requireString } from './failure.ts'
import { headerValue, outgoingHeaders } from './headers.ts'
import { exchange, parseHttpUrl, type ResponseHead } from './http-exchange.ts'
import { Listeners } from './listeners.ts'
import { type NetworkParts, type StartedTransfer, startTransfer, type TransferTask } from './transfer.ts'
import type { VirtualFiles } from './virtual-files.ts'

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
  const temp = files.createTemp(extensionOf(url, head))
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

function extensionOf(url: URL, head: ResponseHead): string {
  return extensionFor(headerValue(head.header, 'content-type')) || extname(url.pathname)
}

function progressMeter(head: ResponseHead, onProgress: (event: DownloadProgress) => void): Transform {
  const encoded = headerValue(head.header, 'content-encoding') !== undefined
  const expected = encoded ? 0 : Number(headerValue(head.header, 'content-length') ?? 0)
  let written = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      written += chunk.length
      const progress = expected > 0 ? Math.floor((written / expected) * 100) : 0
      onProgress({ progress, totalBytesWritten: written, totalBytesExpectedToWrite: expected })
      done(null, chunk)
    },
  })
}
