import { randomBytes } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Callbacks } from './callbacks.ts'
import { contentTypeOf } from './content-types.ts'
import { requireString, WxFailure } from './failure.ts'
import { outgoingHeaders } from './headers.ts'
import { exchange, type OutgoingBody, parseHttpUrl } from './http-exchange.ts'
import { Listeners } from './listeners.ts'
import { type NetworkParts, startTransfer, type TransferTask } from './transfer.ts'
import type { VirtualFiles } from './virtual-files.ts'

export interface UploadFileOptions extends Callbacks<UploadFileResult> {
  url: string
  /** A virtual path, such as chooseMedia's tempFilePath. */
  filePath: string
  /** The name of the form field that carries the file. */
  name: string
  /** Fields that go before the file, in this order. */
  formData?: Record<string, unknown> | undefined
  header?: Record<string, unknown> | undefined
  /** Milliseconds; default 60,000. */
  timeout?: number | undefined
}

export interface UploadFileResult {
  /** Always a string, whatever the server sent. */
  data: string
  statusCode: number
}

export interface UploadProgress {
  /** 0 to 100, whole numbers; may jump. */
  progress: number
  totalBytesSent: number
  totalBytesExpectedToSend: number
}

export interface UploadTask extends TransferTask {
  onProgressUpdate: (listener: (event: UploadProgress) => void) => void
  offProgressUpdate: (listener?: (event: UploadProgress) => void) => void
}

/** Makes `wx.uploadFile`: a multipart POST, the form fields first and the file last, streamed from disk. */
export function createUploadFile(parts: NetworkParts, files: VirtualFiles): (options: UploadFileOptions) => UploadTask {
  return (given) => {
    const options = given ?? ({} as UploadFileOptions)
    const progress = new Listeners<UploadProgress>(parts.report)
    const task = startTransfer<UploadFileResult>('uploadFile', options, parts, async (transfer) => {
      const url = parseHttpUrl(requireString(options.url, 'url'))
      const name = requireString(options.name, 'name')
      const filePath = requireString(options.filePath, 'filePath')
      const realPath = files.realPath(filePath)
      if (realPath === undefined || !statSync(realPath).isFile()) throw new WxFailure('file not found')
      const { body, contentType } = multipart(options.formData, name, filePath, realPath)
      const headers = {
        ...outgoingHeaders(parts.identity, {}, withoutContentType(options.header)),
        'content-type': contentType,
      }
      const { head, stream } = await exchange(
        { url, method: 'POST', headers, body, followRedirects: false },
        { ...transfer.line, onSent: (sent) => progress.emit(progressOf(sent, body.length)) },
      )
      transfer.headersReceived(head)
      return { data: await text(stream), statusCode: head.statusCode }
    })
    return { ...task, onProgressUpdate: progress.on, offProgressUpdate: progress.off }
  }
}

function progressOf(sent: number, total: number): UploadProgress {
  return { progress: Math.floor((sent / total) * 100), totalBytesSent: sent, totalBytesExpectedToSend: total }
}

/** The boundary is ours, so a Content-Type of the caller's cannot stand. */
function withoutContentType(header: unknown): object {
  const entries = typeof header === 'object' && header !== null ? Object.entries(header) : []
  return Object.fromEntries(entries.filter(([name]) => name.toLowerCase() !== 'content-type'))
}

function multipart(
  formData: Record<string, unknown> | undefined,
  name: string,
  filePath: string,
  realPath: string,
): { body: OutgoingBody; contentType: string } {
  const boundary = `----CloudsteadFormBoundary${randomBytes(12).toString('hex')}`
  const fields = Object.entries(formData ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(key)}"\r\n\r\n${value}\r\n`)
  const disposition = `form-data; name="${quoted(name)}"; filename="${quoted(basename(filePath))}"`
  const before = Buffer.from(
    `${fields.join('')}--${boundary}\r\nContent-Disposition: ${disposition}\r\n` +
      `Content-Type: ${contentTypeOf(filePath)}\r\n\r\n`,
  )
  const after = Buffer.from(`\r\n--${boundary}--\r\n`)
  const fileBytes = statSync(realPath).size
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: {
      length: before.length + fileBytes + after.length,
      chunks: async function* () {
        yield before
        if (fileBytes > 0) yield* createReadStream(realPath, { end: fileBytes - 1 }) as AsyncIterable<Buffer>
        yield after
      },
    },
  }
}

/** Escapes a name as HTML forms do. */
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
