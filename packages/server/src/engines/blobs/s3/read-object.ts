import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { BlobMissingError, type ByteRange } from '../blobs.ts'
import { isNoSuchKey, type S3Client } from './s3-client.ts'
import { S3ConnectionError, S3Error } from './s3-errors.ts'
import { chunksOf } from './s3-http.ts'

/** A download that breaks goes on where it broke, at most so often without having brought `PROGRESS_BYTES` meanwhile. */
const RESUMES = 2
const PROGRESS_BYTES = 64 * 1024
const RANGE_NOT_SATISFIABLE = 416

export interface ReadObjectOptions {
  readonly client: S3Client
  readonly key: string
  readonly stallMs: number
}

/**
 * Streams an object or a range of it, which may end beyond the object. The stream holds a connection to the store until it
 * ends or is destroyed.
 *
 * @throws BlobMissingError
 */
export async function streamObject(options: ReadObjectOptions, range?: ByteRange): Promise<Readable> {
  const answer = await openAnswer(options, range && { range: `bytes=${range.start}-${range.end}` })
  if (answer === undefined) return Readable.from([])
  let current = answer
  const chunks = resumed(options, range?.start ?? 0, answer, (next) => {
    current = next
  })
  // The generator is left only at its next chunk; the connection has to end now.
  return Readable.from(chunks, { objectMode: false }).once('close', () => current.destroy())
}

/** Reads a whole object. @throws BlobMissingError */
export async function wholeObject(options: ReadObjectOptions): Promise<Uint8Array> {
  const answer = await openAnswer(options)
  if (answer === undefined) return new Uint8Array()
  // Not from Node's shared pool: a cache that keeps the bytes would keep the pool's buffer alive.
  const bytes = Buffer.allocUnsafeSlow(lengthOf(answer))
  let filled = 0
  for await (const chunk of resumed(options, 0, answer)) filled += chunk.copy(bytes, filled)
  return bytes
}

/** The answer to a GET; undefined for a range that begins beyond the object. @throws BlobMissingError */
async function openAnswer(
  { client, key }: ReadObjectOptions,
  headers?: Readonly<Record<string, string>>,
): Promise<IncomingMessage | undefined> {
  try {
    return await client.get(key, headers)
  } catch (error) {
    if (isNoSuchKey(error)) throw new BlobMissingError('there is no such blob')
    if (error instanceof S3Error && error.status === RANGE_NOT_SATISFIABLE) return undefined
    throw error
  }
}

/** The chunks of an answer that begins at `start` of the object. */
async function* resumed(
  options: ReadObjectOptions,
  start: number,
  first: IncomingMessage,
  onAnswer: (answer: IncomingMessage) => void = () => {},
): AsyncGenerator<Buffer> {
  const length = lengthOf(first)
  const { etag } = first.headers
  let answer = first
  let sent = 0
  let resumes = 0
  let mark = 0
  for (;;) {
    try {
      for await (const chunk of chunksOf(answer, options.stallMs)) {
        sent += chunk.byteLength
        yield chunk
      }
      return
    } catch (error) {
      if (!(error instanceof S3ConnectionError)) throw error
      resumes = sent - mark >= PROGRESS_BYTES ? 1 : resumes + 1
      mark = sent
      if (resumes > RESUMES) throw error
      const rest = `bytes=${start + sent}-${start + length - 1}`
      const next = await openAnswer(options, { range: rest, ...(etag !== undefined && { 'if-match': etag }) })
      if (next?.statusCode !== 206 || lengthOf(next) !== length - sent) {
        next?.destroy()
        throw error
      }
      answer = next
      onAnswer(answer)
    }
  }
}

function lengthOf({ headers }: IncomingMessage): number {
  return Number(headers['content-length'])
}
