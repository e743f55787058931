/** The parts of an upload as sent by adapters, and the expected answers. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { type Answer, element } from './wire.ts'

/** Bytes that are difficult for parsers of forms, lines or text. */
export const BYTES = Buffer.concat([Buffer.from([0, 13, 10, 45, 45, 255]), randomBytes(3000), Buffer.from('\r\n--')])

export const BOUNDARY = '----WebKitFormBoundary7MA4YWxkTrZu0gW'

export interface FormPart {
  readonly name: string
  readonly value: string | Buffer
  readonly filename?: string
  readonly type?: string
}

export function form(parts: readonly FormPart[], boundary = BOUNDARY): Buffer {
  const encoded = parts.flatMap(({ name, value, filename, type }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n` +
        `${type === undefined ? '' : `Content-Type: ${type}\r\n`}\r\n`,
    ),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...encoded, Buffer.from(`--${boundary}--\r\n`)])
}

export const FORM = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }
export const FILE: FormPart = { name: 'file', value: BYTES, filename: 'tmp_1.bin', type: 'application/octet-stream' }
export const field = (name: string, value = 'whatever'): FormPart => ({ name, value })
/** The fields of the SDK's form, in order. */
export const FIELDS = [
  field('key', 'users/mallory/elsewhere.bin'),
  field('signature'),
  field('x-cos-meta-fileid'),
  field('success_action_status', '201'),
  field('x-cos-security-token'),
  field('seqId', 'a1b2c3'),
]
export const SDK_HEADERS = {
  authorization: 'in-url',
  'x-cos-meta-fileid': 'x',
  'x-cos-security-token': 'in-url',
  'x-seqid': '1',
}

/** An error in the shape of the object store: XML with all four elements, because a client crashes if one is missing. */
export function assertRefused({ status, headers, text }: Answer, expectedStatus: number, code: string): void {
  assert.equal(element(text, 'Code'), code, text)
  assert.equal(status, expectedStatus)
  assert.match(headers['content-type'] ?? '', /^application\/xml/)
  for (const name of ['Message', 'RequestId', 'TraceId']) assert.ok(element(text, name), `<${name}> in ${text}`)
}

export function sha(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function split(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
}
