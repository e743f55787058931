import { randomBytes } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { contentTypeOf } from './content-types.ts'
import { requireString, WxFailure } from './failure.ts'
import { outgoingHeaders } from './headers.ts'
import { exchange, type OutgoingBody } from './http-exchange.ts'
import { parseHttpUrl } from './http-url.ts'
import { Listeners } from './listeners.ts'
import { baseName } from './paths.ts'
import { type NetworkParts, startTransfer } from './transfer.ts'
import {
  formFields,
  progressOf,
  type UploadFileOptions,
  type UploadFileResult,
  type UploadProgress,
  type UploadTask,
  withoutContentType,
} from './upload-shape.ts'
import type { VirtualFiles } from './virtual-files.ts'

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

function multipart(
  formData: Record<string, unknown> | undefined,
  name: string,
  filePath: string,
  realPath: string,
): { body: OutgoingBody; contentType: string } {
  const boundary = `----CloudsteadFormBoundary${randomBytes(12).toString('hex')}`
  const fields = formFields(formData).map(
    ([key, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(key)}"\r\n\r\n${value}\r\n`,
  )
  const disposition = `form-data; name="${quoted(name)}"; filename="${quoted(baseName(filePath))}"`
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
