/** The calls of S3 that the engine makes. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { S3Error } from './s3-errors.ts'
import { createS3Http, type S3Body, type S3HttpOptions, textOf } from './s3-http.ts'
import {
  checkCompleted,
  completionXml,
  parseError,
  parseObjects,
  parseRemoval,
  parseUploadId,
  parseUploads,
  removalXml,
  XmlFormError,
  type XmlObjects,
  type XmlUploads,
} from './xml.ts'

/** Each call rejects with S3Error for a refusal, and with BlobsUnavailableError when the store fails again and again. */
export interface S3Client {
  put(key: string, body: S3Body, options?: CallOptions & { readonly headers?: Record<string, string> }): Promise<void>
  /** Resolves to the answer, whose body has to be read or destroyed. */
  get(key: string, headers?: Readonly<Record<string, string>>): Promise<IncomingMessage>
  /** Reads a short text; undefined when there is no such object. */
  text(key: string): Promise<string | undefined>
  /** Up to 1,000 objects, in the order of their keys. */
  objects(request: ObjectsRequest): Promise<XmlObjects>
  /** Removes up to 1,000 objects. Those that do not exist are ignored. */
  remove(keys: readonly string[], options?: CallOptions): Promise<void>
  startUpload(key: string, options?: CallOptions): Promise<string>
  /** Resolves to the ETag. @param number from 1 on */
  putPart(key: string, uploadId: string, number: number, body: S3Body, options?: CallOptions): Promise<string>
  /** @param size the bytes of all parts */
  completeUpload(key: string, uploadId: string, etags: readonly string[], size: number): Promise<void>
  abortUpload(key: string, uploadId: string, options?: CallOptions): Promise<void>
  uploads(prefix: string, after?: XmlUploads['next']): Promise<XmlUploads>
  presigned(key: string, query: Readonly<Record<string, string>>, seconds: number): string
  close(): void
}

interface CallOptions {
  /** Ends the call; it rejects with BlobsUnavailableError. */
  readonly signal?: AbortSignal
}

interface ObjectsRequest extends CallOptions {
  readonly prefix: string
  /** The key before the first. */
  readonly after?: string | undefined
  /** Default 1,000. */
  readonly limit?: number
}

export const MAX_REMOVED = 1_000

export function createS3Client(options: S3HttpOptions): S3Client {
  const http = createS3Http(options)
  const { stallMs } = options.limits
  const text = (answer: IncomingMessage) => textOf(answer, stallMs)
  const done = async (answer: IncomingMessage) => void (await text(answer))

  /** The size of an object; undefined when there is none. */
  async function sizeOf(key: string): Promise<number | undefined> {
    try {
      return await http.call({ method: 'HEAD', key }, async (answer) => {
        await done(answer)
        return Number(answer.headers['content-length'])
      })
    } catch (error) {
      if (error instanceof S3Error && error.status === 404) return undefined
      throw error
    }
  }

  return {
    put: (key, body, { headers = {}, signal } = {}) => http.call({ method: 'PUT', key, body, headers, signal }, done),

    get: (key, headers = {}) =>
      http.call({ method: 'GET', key, headers }, (answer) => {
        if (answer.headers['content-length'] !== undefined) return answer
        answer.destroy()
        throw new XmlFormError('the answer to a GET has no length')
      }),

    async text(key) {
      try {
        return await http.call({ method: 'GET', key }, text)
      } catch (error) {
        if (isNoSuchKey(error)) return undefined
        throw error
      }
    },

    objects({ prefix, after, limit = 1_000, signal }) {
      const query: Record<string, string> = {
        'list-type': '2',
        'encoding-type': 'url',
        'max-keys': String(limit),
        prefix,
      }
      if (after !== undefined) query['start-after'] = after
      return http.call({ method: 'GET', query, signal }, async (answer) => parseObjects(await text(answer)))
    },

    remove(keys, { signal } = {}) {
      const bytes = Buffer.from(removalXml(keys))
      const headers = { 'content-md5': createHash('md5').update(bytes).digest('base64') }
      const body = bodyOf(bytes)
      return http.call({ method: 'POST', query: { delete: '' }, headers, body, signal }, async (answer) => {
        const failed = parseRemoval(await text(answer)).find(({ code }) => code !== 'NoSuchKey')
        if (failed !== undefined) throw new S3Error(200, failed.code)
      })
    },

    startUpload: (key, { signal } = {}) =>
      http.call(
        { method: 'POST', key, query: { uploads: '' }, body: bodyOf(Buffer.alloc(0)), signal },
        async (answer) => parseUploadId(await text(answer)),
      ),

    putPart(key, uploadId, number, body, { signal } = {}) {
      const query = { partNumber: String(number), uploadId }
      return http.call({ method: 'PUT', key, query, body, signal }, async (answer) => {
        await done(answer)
        const { etag } = answer.headers
        if (etag === undefined) throw new XmlFormError('the answer to a part has no ETag')
        return etag
      })
    },

    async completeUpload(key, uploadId, etags, size) {
      const body = bodyOf(Buffer.from(completionXml(etags)))
      try {
        await http.call({ method: 'POST', key, query: { uploadId }, body }, async (answer) => {
          const xml = await text(answer)
          // The store has to begin the answer before it knows the outcome.
          const failed = parseError(xml)
          if (failed !== undefined) throw new S3Error(200, failed.code)
          checkCompleted(xml)
        })
      } catch (error) {
        // An earlier attempt, whose answer was lost, may have completed it.
        const isGone = error instanceof S3Error && error.code === 'NoSuchUpload'
        if (!isGone || (await sizeOf(key)) !== size) throw error
      }
    },

    async abortUpload(key, uploadId, { signal } = {}) {
      try {
        await http.call({ method: 'DELETE', key, query: { uploadId }, signal }, done)
      } catch (error) {
        if (!(error instanceof S3Error && error.code === 'NoSuchUpload')) throw error
      }
    },

    uploads(prefix, after) {
      const query: Record<string, string> = { uploads: '', 'encoding-type': 'url', prefix }
      if (after !== undefined) {
        query['key-marker'] = after.key
        query['upload-id-marker'] = after.uploadId
      }
      return http.call({ method: 'GET', query }, async (answer) => parseUploads(await text(answer)))
    },

    presigned: http.presigned,
    close: http.close,
  }
}

/** A body in memory. */
export function bodyOf(bytes: Uint8Array): S3Body {
  return {
    size: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    open: () => [bytes],
  }
}

/** Whether the object does not exist. A bucket that does not exist is another failure. */
export function isNoSuchKey(error: unknown): boolean {
  return error instanceof S3Error && error.code === 'NoSuchKey'
}
