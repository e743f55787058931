import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'
import type { ObjectRequest } from '../storage/open-object.ts'
import type { Storage } from '../storage/storage.ts'
import { answerErrors } from './errors.ts'
import type { Offload } from './offload.ts'
import { type DownloadName, downloadNameOf, sendObject } from './send-object.ts'
import { errorXml } from './xml.ts'

/** The pattern of the URLs of files. */
export const OBJECTS_URL = '/o/*'

export interface ObjectRoutesOptions {
  readonly storage: Pick<Storage, 'openObject' | 'bytes' | 'directUrl' | 'filePath'>
  readonly offload?: Offload | undefined
}

/** What the URL of a file asks for. */
export interface ObjectUrl {
  readonly object: ObjectRequest
  readonly downloadName: DownloadName
}

/** GET and HEAD of stored files, by bare and temporary URLs. */
export async function objectRoutes(app: FastifyInstance, { storage, offload }: ObjectRoutesOptions) {
  answerErrors(app, (error, request, reply) =>
    reply
      .code(error.status)
      .header('cache-control', 'no-store')
      .type('application/xml')
      .send(errorXml(error, request.id)),
  )
  app.route({
    method: ['GET', 'HEAD'],
    url: OBJECTS_URL,
    handler: async (request, reply) => {
      const { object, downloadName } = parseObjectUrl(request.raw.url ?? '')
      return sendObject(request, reply, { storage, offload, open: () => storage.openObject(object), downloadName })
    },
  })
}

/** Parses the raw URL without decoding it, because the signature covers the URL as it was issued. */
export function parseObjectUrl(url: string): ObjectUrl {
  const question = url.indexOf('?')
  const pathname = question < 0 ? url : url.slice(0, question)
  const objectId = /^\/o\/([A-Za-z0-9_-]{32})\/[A-Za-z0-9.-]{1,64}$/.exec(pathname)?.[1]
  if (objectId === undefined) throw new CloudsteadError('STORAGE_FILE_NONEXIST')
  if (question < 0) return { object: { pathname, objectId }, downloadName: undefined }
  // Image parameters (`imageMogr2/...`) and other parameters are ignored.
  const query = new URLSearchParams(url.slice(question + 1))
  return {
    object: { pathname, objectId, sign: only(query, 'sign'), t: only(query, 't') },
    downloadName: downloadNameOf(query.get('download') ?? undefined),
  }
}

/** A parameter given twice is ambiguous and becomes an empty string, which is not a valid value. */
function only(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name)
  return values.length > 1 ? '' : values[0]
}
