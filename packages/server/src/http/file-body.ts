/** The body of a request that is a file, raw or in a form. */
import type { IncomingMessage } from 'node:http'
import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { etagOf } from '../storage/file-record.ts'
import type { UploadCondition } from '../storage/uploads.ts'
import { sentContentType } from './bodies.ts'
import { evaluateConditions } from './conditional.ts'
import { drain } from './drain.ts'
import { answerErrors, type EncodeError } from './errors.ts'
import { multipartFile } from './multipart.ts'

const CACHE_CONTROL = /^[A-Za-z0-9=,"\s_-]{1,200}$/

export interface FileBody {
  /** The bytes of the file. Reading them reads the request. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** The announced length in bytes; undefined for a form. */
  readonly length: number | undefined
  /** The Content-Type of the request, or of the part of the form; known once the bytes were read. */
  contentType(): string | undefined
  /** The other fields of a form by name; complete once the bytes were read. Undefined for a raw body. */
  readonly fields?: ReadonlyMap<string, string>
}

/** The file in the body, in a scope with `leaveBodies`. Reads nothing yet. */
export function fileBody(request: FastifyRequest, options: { readonly forms: boolean }): FileBody {
  const contentType = sentContentType(request)
  if (!options.forms || !/^multipart\/form-data/i.test(contentType?.trim() ?? '')) {
    return { bytes: rawBody(request.raw), length: contentLength(request.raw), contentType: () => contentType }
  }
  request.raw.headers['content-type'] = contentType
  return { ...multipartFile(request.raw), length: undefined }
}

/**
 * Refuses an upload in parts, which would be stored as a whole file, over the one that exists: tus and its successor at the
 * IETF, and a PUT of a range (RFC 9110, section 14.5).
 */
export function refuseParts({ headers }: FastifyRequest): void {
  if (headers['tus-resumable'] !== undefined || headers['upload-complete'] !== undefined) {
    throw new CloudsteadError('PRECONDITION_FAILED', {
      en: 'this server has no resumable uploads; send the whole file at once',
      zh: '本服务器不支持断点续传，请一次发送整个文件',
    })
  }
  if (headers['content-range'] !== undefined) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'a Content-Range is not supported; send the whole file at once',
      zh: '不支持 Content-Range，请一次发送整个文件',
    })
  }
}

/** The preconditions of the request, for the file that is stored when they are evaluated. */
export function conditionOf({ headers }: FastifyRequest): UploadCondition {
  return (file) => {
    const stored = file && { etag: `"${etagOf(file)}"`, modified: file.updatedAt }
    return evaluateConditions('write', headers, stored) === 'proceed'
  }
}

/** The header Cache-Control, if it can be stored with a file. */
export function storedCacheControl(value: string | undefined): string | undefined {
  return value !== undefined && CACHE_CONTROL.test(value) ? value : undefined
}

/** Makes the routes of this scope answer errors with `encode`, after the rest of a refused body. */
export function answerUploadErrors(app: FastifyInstance, encode: EncodeError): void {
  answerErrors(app, async (error, request, reply) => {
    const drained = drain(request.raw)
    // With `Connection: close` the answer has to wait: closing while bytes still arrive would reset the connection.
    if (!reply.raw.shouldKeepAlive) await drained
    return encode(error, request, reply)
  })
}

function contentLength(request: IncomingMessage): number | undefined {
  const header = request.headers['content-length']
  return header !== undefined && /^[0-9]{1,15}$/.test(header) ? Number(header) : undefined
}

async function* rawBody(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    // The request must not be destroyed when the reader stops early: the error still has to reach the client.
    yield* request.iterator({ destroyOnReturn: false })
  } catch (error) {
    throw new CloudsteadError(
      'STORAGE_REQUEST_FAIL',
      { en: 'the connection was closed before the whole file had arrived', zh: '文件尚未全部到达，连接就已关闭' },
      { cause: error },
    )
  }
}
