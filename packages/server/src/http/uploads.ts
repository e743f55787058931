import { bucketOf, CloudsteadError, ERRORS, type ErrorCode } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Storage } from '../storage/storage.ts'
import type { UploadMeta } from '../storage/uploads.ts'
import { leaveBodies } from './bodies.ts'
import { answerUploadErrors, conditionOf, fileBody, refuseParts, storedCacheControl } from './file-body.ts'
import { errorXml, postResponseXml } from './xml.ts'

/** Characters of the metadata header, base64. A longer one is ignored. */
const MAX_METADATA_HEADER = 8 * 1024

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
  answerUploadErrors(app, (error, request, reply) =>
    reply.code(error.status).type('application/xml').send(errorXml(error, request.id)),
  )
  app.route({
    method: ['PUT', 'POST'],
    url: '/u/*',
    handler: async (request, reply) => {
      refuseParts(request)
      const body = fileBody(request, { forms: request.method === 'POST' })
      const condition = conditionOf(request)
      throwRefused(request)
      const ticket = await storage.admitUpload(ticketText(request), body.length, condition)
      const meta: UploadMeta = {
        length: body.length,
        condition,
        get contentType() {
          return body.contentType()
        },
        ...storedHeaders(request),
      }
      const received = await storage.receiveUpload(ticket, body.bytes, meta)
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

/** Throws the error in the path `/u/refused/<code>`, which is the upload URL of a refused request for one. */
function throwRefused({ raw }: FastifyRequest): void {
  const [, code] = /^\/u\/refused\/([A-Z_]+)$/.exec(raw.url ?? '') ?? []
  if (code !== undefined && Object.hasOwn(ERRORS, code)) throw new CloudsteadError(code as ErrorCode)
}

/** The raw URL after `/u/`. It includes a query, which changes the ticket and is therefore refused. */
function ticketText(request: FastifyRequest): string {
  return (request.raw.url ?? '').slice('/u/'.length)
}

function storedHeaders(request: FastifyRequest): Pick<UploadMeta, 'cacheControl' | 'metadata' | 'contentMd5'> {
  const { headers } = request
  const cacheControl = storedCacheControl(headers['cache-control'])
  const metadata = decodeMetadata(headers['x-cos-metadata-metadata'])
  const contentMd5 = headers['content-md5']
  return {
    ...(cacheControl === undefined ? {} : { cacheControl }),
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
