import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isInline } from '../storage/content-type.ts'
import type { ObjectRequest, OpenedObject } from '../storage/downloads.ts'
import type { FileRecord } from '../storage/file-record.ts'
import type { Storage } from '../storage/storage.ts'
import { isNotModified, parseRange } from './conditional.ts'
import { contentDisposition } from './disposition.ts'
import { answerErrors } from './errors.ts'
import { errorXml } from './xml.ts'

/** Keeps user content from running: no scripts, no origin, nothing loaded from elsewhere. Images and media still show. */
const CONTENT_POLICY = "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; sandbox"
/** Caches may keep public files for a minute, then revalidate them by ETag, so that an overwrite shows soon. */
const PUBLIC_CACHE = 'public, max-age=60'

export interface ObjectRoutesOptions {
  readonly storage: Storage
}

/** GET and HEAD of stored files, by bare and temporary URLs. */
export async function objectRoutes(app: FastifyInstance, { storage }: ObjectRoutesOptions) {
  answerErrors(app, (error, request, reply) =>
    reply
      .code(error.status)
      .header('cache-control', 'no-store')
      .type('application/xml')
      .send(errorXml(error, request.id)),
  )
  app.route({
    method: ['GET', 'HEAD'],
    url: '/o/*',
    handler: async (request, reply) => {
      const { object, downloadName } = parseObjectUrl(request.raw.url ?? '')
      const opened = await storage.openObject(object)
      return sendObject(storage, request, reply, opened, downloadName)
    },
  })
}

/** Parses the raw URL without decoding it, because the signature covers the URL as it was issued. */
function parseObjectUrl(url: string): { object: ObjectRequest; downloadName: string | true | undefined } {
  const question = url.indexOf('?')
  const pathname = question < 0 ? url : url.slice(0, question)
  const objectId = /^\/o\/([A-Za-z0-9_-]{32})\/[A-Za-z0-9.-]{1,64}$/.exec(pathname)?.[1]
  if (objectId === undefined) throw new CloudsteadError('STORAGE_FILE_NONEXIST')
  if (question < 0) return { object: { pathname, objectId }, downloadName: undefined }
  // Image parameters (`imageMogr2/...`) and other parameters are ignored.
  const query = new URLSearchParams(url.slice(question + 1))
  const download = query.get('download')
  return {
    object: { pathname, objectId, sign: only(query, 'sign'), t: only(query, 't') },
    downloadName: download === null ? undefined : download === 'true' || download === '' ? true : download,
  }
}

/** A parameter given twice is ambiguous and becomes an empty string, which is not a valid value. */
function only(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name)
  return values.length > 1 ? '' : values[0]
}

async function sendObject(
  storage: Storage,
  request: FastifyRequest,
  reply: FastifyReply,
  { file, remaining }: OpenedObject,
  downloadName: string | true | undefined,
) {
  const etag = `"${file.sha256}"`
  reply.headers({
    etag,
    'last-modified': new Date(file.updatedAt).toUTCString(),
    'cache-control': remaining === undefined ? (file.cacheControl ?? PUBLIC_CACHE) : `private, max-age=${remaining}`,
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'content-security-policy': CONTENT_POLICY,
    'cross-origin-resource-policy': 'cross-origin',
    'content-disposition': disposition(file, downloadName),
  })
  if (isNotModified(request.headers, etag, file.updatedAt)) return reply.code(304).send()
  const { headers } = request
  const range = parseRange(headers.range, headers['if-range'] as string | undefined, file.size, etag, file.updatedAt)
  if (range === 'unsatisfiable') {
    return reply.code(416).header('content-range', `bytes */${file.size}`).send()
  }
  reply.header('content-type', file.contentType)
  const part = range === 'whole' ? undefined : range
  const length = part === undefined ? file.size : part.end - part.start + 1
  if (part !== undefined) reply.code(206).header('content-range', `bytes ${part.start}-${part.end}/${file.size}`)
  reply.header('content-length', length)
  return reply.send(request.method === 'HEAD' ? undefined : await storage.bytes(file, part))
}

function disposition(file: FileRecord, downloadName: string | true | undefined): string {
  const kind = downloadName === undefined && isInline(file.contentType) ? 'inline' : 'attachment'
  const own = file.path.slice(file.path.lastIndexOf('/') + 1)
  return contentDisposition(kind, typeof downloadName === 'string' ? downloadName : own)
}
