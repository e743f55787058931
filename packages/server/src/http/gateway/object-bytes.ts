import { CloudsteadError, NOBODY, requireScope } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { leaveBodies } from '../bodies.ts'
import { callerOfBearer } from '../callers.ts'
import { answerUploadErrors, type FileBody, fileBody, refuseParts } from '../file-body.ts'
import type { Offload } from '../offload.ts'
import { onlyMembers, type Params, string } from '../params.ts'
import { downloadNameOf, sendObject } from '../send-object.ts'
import { objectKey, objectOfUrl } from './object-names.ts'
import { describedUpload, upsertOf } from './object-uploads.ts'
import type { StorageRoutesOptions } from './storage.ts'

interface ObjectByteRoutesOptions extends Pick<StorageRoutesOptions, 'auth' | 'storage' | 'encodeError'> {
  readonly env: string
  readonly offload: Offload | undefined
}

/** The calls of `app.storage.from(bucketId)` of js-sdk 3.x that carry the bytes of a file. */
export async function objectByteRoutes(app: FastifyInstance, options: ObjectByteRoutesOptions): Promise<void> {
  const { env, auth, storage, offload, encodeError } = options
  leaveBodies(app)
  answerUploadErrors(app, (error, request, reply) =>
    encodeError(error, request, reply.header('cache-control', 'no-store')),
  )

  app.route({
    method: ['POST', 'PUT'],
    url: '/storages/object/:bucket/*',
    handler: async (request, reply) => {
      const { bucket, path } = objectOfUrl(env, request)
      onlyMembers(request.query as Params, ['env'])
      const body = uploadBody(request)
      const caller = await callerOfBearer(auth, request)
      requireScope(caller, 'storage:write')
      const onlyNew = !upsertOf(request) && request.method === 'POST'
      const issued = await storage.issueUpload(caller, path, { onlyNew, size: body.length })
      await receive(request, reply, issued.ticket, body)
      return reply.send({ Id: issued.objectId, Key: objectKey(bucket, path) })
    },
  })

  app.put('/storages/object/upload/sign/:bucket/*', async (request, reply) => {
    const { bucket, path } = objectOfUrl(env, request)
    const query = request.query as Params
    onlyMembers(query, ['env', 'token'])
    await receive(request, reply, string(query.token, 'token'), uploadBody(request), path)
    return reply.send({ Key: objectKey(bucket, path) })
  })

  /** @param path the file that the ticket has to be for */
  async function receive(request: FastifyRequest, reply: FastifyReply, ticket: string, body: FileBody, path?: string) {
    const { bytes, meta } = await describedUpload(request, body)
    const admitted = await storage.admitUpload(ticket, body.length, meta.condition)
    if (path !== undefined && admitted.path !== path) {
      throw new CloudsteadError('STORAGE_SIGN_PARAM_INVALID', 'The token is for another file.')
    }
    const { etag } = await storage.receiveUpload(admitted, bytes, meta)
    reply.header('etag', `"${etag}"`)
  }

  for (const access of ['public/', ''] as const) {
    app.route({
      method: ['GET', 'HEAD'],
      url: `/storages/object/${access}:bucket/*`,
      handler: async (request, reply) => {
        const { path } = objectOfUrl(env, request)
        const { download, ...others } = request.query as Params
        onlyMembers(others, ['env', 'cacheNonce'])
        const downloadName = downloadNameOf(download === undefined ? undefined : string(download, 'download'))
        const caller = access === '' ? await callerOfBearer(auth, request) : NOBODY
        requireScope(caller, 'storage:read')
        return sendObject(request, reply, {
          storage,
          offload,
          open: () => storage.openFile(caller, path),
          downloadName,
        })
      },
    })
  }
}

function uploadBody(request: FastifyRequest): FileBody {
  refuseParts(request)
  return fileBody(request, { forms: true })
}
