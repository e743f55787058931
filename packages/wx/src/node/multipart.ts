import { randomBytes } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import type { UploadForm } from '../shared/sender.ts'
import type { OutgoingBody } from './http-exchange.ts'

/** Encodes a form whose file is given by its real path; the file is streamed from disk. */
export function multipart({ fields, file }: UploadForm<string>): { body: OutgoingBody; contentType: string } {
  const boundary = `----CloudsteadFormBoundary${randomBytes(12).toString('hex')}`
  const fieldParts = fields.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
  )
  const disposition = `form-data; name="${quoted(file.field)}"; filename="${quoted(file.name)}"`
  const before = Buffer.from(
    `${fieldParts.join('')}--${boundary}\r\nContent-Disposition: ${disposition}\r\n` +
      `Content-Type: ${file.contentType}\r\n\r\n`,
  )
  const after = Buffer.from(`\r\n--${boundary}--\r\n`)
  const fileBytes = statSync(file.content).size
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: {
      length: before.length + fileBytes + after.length,
      chunks: async function* () {
        yield before
        if (fileBytes > 0) yield* createReadStream(file.content, { end: fileBytes - 1 }) as AsyncIterable<Buffer>
        yield after
      },
    },
  }
}

/** Escapes a name as HTML forms do. */
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
