import type { IncomingMessage } from 'node:http'
import { bucketOf, CloudsteadError, ERRORS, type ErrorCode } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { etagOf } from '../storage/file-record.ts'
import type { Storage } from '../storage/storage.ts'
import type { UploadCondition, UploadMeta } from '../storage/uploads.ts'
import { leaveBodies, sentContentType } from './bodies.ts'
import { evaluateConditions } from './conditional.ts'
import { drain } from './drain.ts'
import { answerErrors } from './errors.ts'
import { multipartFile } from './multipart.ts'
import { errorXml, postResponseXml } from './xml.ts'

/** Characters of the metadata header, base64. A longer one is ignored. */
const MAX_METADATA_HEADER = 8 * 1024
const CACHE_CONTROL = /^[A-Za-z0-9=,"\s_-]{1,200}$/

export interface UploadRoutesOptions {
  readonly env: string
  readonly storage: Storage
}

/**
 * Uploads. The ticket in the URL alone decides what may be written. All request shapes of the SDK adapters are accepted:
 * raw PUT, raw POST without fields, multipart POST with and without fields, blank or missing Content-Type. PUT answers
 * 200 and POST answers 201: with any other success status, one of the adapters hangs or fails.
 */
export async function uploadRoutes(app: FastifyInstance, { env, storage }: UploadRoutesOptions) {
  leaveBodies(app)
  answerErrors(app, async (error, request, reply) => {
    const drained = drain(request.raw)
    // With `Connection: close` the answer has to wait: closing while bytes still arrive would reset the connection.
    if (!reply.raw.shouldKeepAlive) await drained
    return reply.code(error.status).type('application/xml').send(errorXml(error, request.id))
  })
  app.route({
    method: ['PUT', 'POST'],
    url: '/u/*',
    handler: async (request, reply) => {
      refuseParts(request)
      const contentType = sentContentType(request)
      const multipart = request.method === 'POST' && /^multipart\/form-data/i.test(contentType?.trim() ?? '')
      const length = contentLength(request.raw)
      const condition = conditionOf(request)
      throwRefused(request)
      const ticket = await storage.admitUpload(ticketText(request), multipart ? undefined : length, condition)
      const form = multipart ? openForm(request.raw, contentType) : undefined
      const meta: UploadMeta = {
        length: multipart ? undefined : length,
        condition,
        get contentType() {
          return form === undefined ? contentType : form.contentType()
        },
        ...storedHeaders(request),
      }
      const received = await storage.receiveUpload(ticket, form?.bytes ?? rawBody(request.raw), meta)
      const etag = `"${received.etag}"`
      reply.header('etag', etag).header('x-cos-request-id', request.id)
      if (request.method === 'PUT') return reply.code(200).send()
      const location = received.fileId
      return reply
        .code(201)
        .type('application/xml')
        .send(postResponseXml({ Location: location, Bucket: bucketOf(env), Key: received.path, ETag: etag }))
    },
  })
}

/**
 * Refuses an upload in parts, which would be stored as a whole file, over the one that exists: tus and its successor at the
 * IETF, and a PUT of a range (RFC 9110, section 14.5).
 */
function refuseParts({ headers }: FastifyRequest): void {
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

/** Throws the error in the path `/u/refused/<code>`, which is the upload URL of a refused request for one. */
function throwRefused({ raw }: FastifyRequest): void {
  const [, code] = /^\/u\/refused\/([A-Z_]+)$/.exec(raw.url ?? '') ?? []
  if (code !== undefined && Object.hasOwn(ERRORS, code)) throw new CloudsteadError(code as ErrorCode)
}

/** The preconditions of the request, for the file that is stored when they are evaluated. */
function conditionOf({ headers }: FastifyRequest): UploadCondition {
  return (file) => {
    const stored = file && { etag: `"${etagOf(file)}"`, modified: file.updatedAt }
    return evaluateConditions('write', headers, stored) === 'proceed'
  }
}

function openForm(request: IncomingMessage, contentType: string | undefined) {
  request.headers['content-type'] = contentType
  return multipartFile(request)
}

/** The raw URL after `/u/`. It includes a query, which changes the ticket and is therefore refused. */
function ticketText(request: FastifyRequest): string {
  return (request.raw.url ?? '').slice('/u/'.length)
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
      {
        cause: error,
      },
    )
  }
}

function storedHeaders(request: FastifyRequest): Pick<UploadMeta, 'cacheControl' | 'metadata' | 'contentMd5'> {
  const { headers } = request
  const cacheControl = headers['cache-control']
  const metadata = decodeMetadata(headers['x-cos-metadata-metadata'])
  const contentMd5 = headers['content-md5']
  return {
    ...(cacheControl !== undefined && CACHE_CONTROL.test(cacheControl) ? { cacheControl } : {}),
    ...(metadata === undefined ? {} : { metadata }),
    ...(typeof contentMd5 === 'string' && contentMd5 !== '' ? { contentMd5 } : {}),
  }
}

function decodeMetadata(header: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof header !== 'string' || header.length > MAX_METADATA_HEADER) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(header, 'base64').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
