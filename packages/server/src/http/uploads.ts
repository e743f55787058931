import type { IncomingMessage } from 'node:http'
import { bucketOf, CloudsteadError, toCloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Denials } from '../observe/denials.ts'
import type { Storage } from '../storage/storage.ts'
import type { UploadMeta } from '../storage/uploads.ts'
import { logFailure } from './failures.ts'
import { multipartFile } from './multipart.ts'
import { errorXml, postResponseXml } from './xml.ts'

/** After a refusal the rest of the body is read and thrown away up to here, so that the client gets to see the answer. */
const DRAIN_LIMIT_BYTES = 256 * 1024 * 1024
const DRAIN_LIMIT_MS = 30_000
const MAX_METADATA_HEADER = 8 * 1024
const CACHE_CONTROL = /^[A-Za-z0-9=,"\s_-]{1,200}$/

export interface UploadRoutesOptions {
  readonly env: string
  readonly storage: Storage
  readonly denials: Pick<Denials, 'record'>
}

/**
 * The upload leg. The URL alone says what may be written (the ticket); every shape that the adapters send is taken: raw
 * PUT, raw POST without any field, multipart POST with and without fields, blank or missing Content-Type. PUT answers
 * 200 and POST answers 201: any other success status hangs or fails one of the adapters.
 */
export async function uploadRoutes(app: FastifyInstance, { env, storage, denials }: UploadRoutesOptions) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.route({
    method: ['PUT', 'POST'],
    url: '/u/*',
    onRequest: async (request) => {
      // A blank Content-Type is a fact of the Mini Program, not an error: the framework must not judge it.
      announcedTypes.set(request, request.raw.headers['content-type'])
      request.raw.headers['content-type'] = 'application/octet-stream'
    },
    handler: async (request, reply) => {
      const contentType = announcedTypes.get(request)
      const multipart = request.method === 'POST' && /^multipart\/form-data/i.test(contentType?.trim() ?? '')
      const length = contentLength(request.raw)
      const ticket = await storage.admitUpload(ticketText(request), multipart ? undefined : length)
      const form = multipart ? openForm(request.raw, contentType) : undefined
      const meta: UploadMeta = {
        length: multipart ? undefined : length,
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
    errorHandler: async (thrown, request, reply) => {
      const error = toCloudsteadError(thrown)
      logFailure(request, error, denials)
      const drained = drain(request.raw)
      // Where the answer ends the connection (`Connection: close`), it has to wait: what is still on its way would turn
      // it into a reset.
      if (!reply.raw.shouldKeepAlive) await drained
      return reply.code(error.status).type('application/xml').send(errorXml(error, request.id))
    },
  })
}

const announcedTypes = new WeakMap<FastifyRequest, string | undefined>()

function openForm(request: IncomingMessage, contentType: string | undefined) {
  request.headers['content-type'] = contentType
  return multipartFile(request)
}

/** The path after `/u/`, exactly as it came. A query would be an edit of the URL, so it is refused. */
function ticketText(request: FastifyRequest): string {
  return (request.raw.url ?? '').slice('/u/'.length)
}

function contentLength(request: IncomingMessage): number | undefined {
  const header = request.headers['content-length']
  return header !== undefined && /^[0-9]{1,15}$/.test(header) ? Number(header) : undefined
}

async function* rawBody(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    // Not destroyed when the reader stops early: the refusal still has to reach the client.
    yield* request.iterator({ destroyOnReturn: false })
  } catch (error) {
    throw new CloudsteadError('STORAGE_REQUEST_FAIL', 'the connection was closed before the whole file had arrived', {
      cause: error,
    })
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

/**
 * A client that is still sending sees a reset instead of our answer if we close on it, so the rest is read and thrown
 * away. Resolves when all has come, the client has gone, or there is too much of it.
 */
async function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return
  const done = Promise.withResolvers<void>()
  let left = DRAIN_LIMIT_BYTES
  const giveUp = setTimeout(() => request.destroy(), DRAIN_LIMIT_MS).unref()
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) request.destroy()
  })
  request.on('close', () => {
    clearTimeout(giveUp)
    done.resolve()
  })
  request.resume()
  await done.promise
}
