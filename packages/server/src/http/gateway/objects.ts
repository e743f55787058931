import {
  type Caller,
  type CloudPath,
  CloudsteadError,
  formatFileId,
  requireScope,
  type Scope,
} from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RemovedFile } from '../../storage/files.ts'
import type { ReadableListRequest } from '../../storage/list-readable.ts'
import { checkMaxAge, type UrlResult } from '../../storage/temporary-urls.ts'
import { readJsonObjects } from '../bodies.ts'
import { admitUser, callerOfBearer } from '../callers.ts'
import { flag, invalid, list, object, onlyMembers, type Params, string } from '../params.ts'
import { deniedAmong } from '../storage-items.ts'
import { listedObject, objectInfo, removedObject } from './object-answers.ts'
import {
  type BucketRef,
  bucketOfUrl,
  bucketRef,
  objectKey,
  objectName,
  objectOfUrl,
  objectPath,
} from './object-names.ts'
import { checkMetadata, headersMetadata, upsertOf } from './object-uploads.ts'
import type { StorageRoutesOptions } from './storage.ts'

/** 500 of the longest names, in any encoding of JSON. */
const BODY_LIMIT_BYTES = 3 * 1024 * 1024
/** As many as the SDK sends in one call. */
const MAX_REMOVED = 100
const MAX_SIGNED = 500
const MAX_PAGE = 1000
const DEFAULT_PAGE = 100

type Run = (caller: Caller, params: Params, request: FastifyRequest) => Promise<object>

interface ObjectRoutesOptions extends Omit<StorageRoutesOptions, 'encodeError'> {
  readonly env: string
}

/** The calls of `app.storage.from(bucketId)` of js-sdk 3.x, except those that carry bytes. */
export async function objectRoutes(app: FastifyInstance, options: ObjectRoutesOptions): Promise<void> {
  const { env, auth, storage, originOf, budget } = options
  readJsonObjects(app, { limitBytes: BODY_LIMIT_BYTES, budget, admit: admitUser(auth) })

  function route(method: 'GET' | 'POST' | 'DELETE', path: string, scope: Scope, run: Run): void {
    app.route({
      method,
      url: `/storages/object${path}`,
      handler: async (request, reply) => {
        const caller = await callerOfBearer(auth, request)
        requireScope(caller, scope)
        onlyMembers(request.query as Params, ['env'])
        return reply.send(await run(caller, (request.body ?? {}) as Params, request))
      },
    })
  }

  route('POST', '/list/:bucket', 'storage:read', async (caller, params, request) => {
    const bucket = bucketOfUrl(env, request)
    const { entries, next } = await storage.listReadable(caller, listRequest(bucket, params))
    const folders = entries.filter((entry) => typeof entry === 'string').map((path) => objectName(bucket, path))
    return {
      folders: folders.map((name) => ({ key: name, name })),
      objects: entries.filter((entry) => typeof entry !== 'string').map((file) => listedObject(env, bucket, file)),
      hasNext: next !== undefined,
      ...(next === undefined ? {} : { nextCursor: next }),
    }
  })

  route('DELETE', '/:bucket', 'storage:write', async (caller, params, request) => {
    const bucket = bucketOfUrl(env, request)
    onlyMembers(params, ['prefixes'])
    const paths = names(params, 'prefixes', MAX_REMOVED).map((name) => objectPath(bucket, name, 'prefixes[]'))
    const results = await storage.removePaths(caller, paths)
    const errors = results.filter((result) => result instanceof CloudsteadError)
    const removed = results.filter((result): result is RemovedFile => !(result instanceof CloudsteadError))
    const denied = deniedAmong(errors)
    const failed = errors.find(
      (error) => error.code !== 'STORAGE_FILE_NONEXIST' && !denied.some((one) => one === error),
    )
    const [refused] = removed.length === 0 ? denied : []
    if (failed ?? refused) throw failed ?? refused
    app.denials.record(request.id, denied, request.ip)
    return removed.map((one) => removedObject(env, bucket, one))
  })

  route('POST', '/copy', 'storage:write', async (caller, params, request) => {
    onlyMembers(params, [...TARGET_MEMBERS, 'copyMetadata', 'metadata'])
    const metadata = params.metadata === undefined ? {} : checkMetadata(object(params.metadata, 'metadata'), 'metadata')
    const replaced = flag(params, 'copyMetadata', true) ? {} : { metadata }
    const { source, target, key } = targetOf(params)
    const overwrite = upsertOf(request)
    await headersMetadata(request)
    await copy(caller, { source, target, overwrite, removeSource: false, ...replaced })
    return { Key: key }
  })

  route('POST', '/move', 'storage:write', async (caller, params, request) => {
    onlyMembers(params, TARGET_MEMBERS)
    const { source, target, key } = targetOf(params)
    await copy(caller, { source, target, overwrite: upsertOf(request), removeSource: true })
    return { message: 'Successfully moved', Key: key }
  })

  route('GET', '/info/:bucket/*', 'storage:read', async (caller, _params, request) => {
    const { bucket, path } = objectOfUrl(env, request)
    const { file } = await storage.openFile(caller, path)
    return objectInfo(env, bucket, file)
  })

  route('POST', '/sign/:bucket/*', 'storage:read', async (caller, params, request) => {
    const { path } = objectOfUrl(env, request)
    onlyMembers(params, ['expiresIn'])
    const maxAge = checkMaxAge(params.expiresIn, 'expiresIn')
    const [result] = await storage.temporaryUrls(caller, [{ fileId: formatFileId(env, path), maxAge }])
    if (result?.ok === false) throw result.error
    return { fullSignedURL: urlOf(result, request) }
  })

  route('POST', '/sign/:bucket', 'storage:read', async (caller, params, request) => {
    const { prefix } = bucketOfUrl(env, request)
    onlyMembers(params, ['expiresIn', 'paths'])
    const maxAge = checkMaxAge(params.expiresIn, 'expiresIn')
    const paths = names(params, 'paths', MAX_SIGNED)
    const results = await storage.temporaryUrls(
      caller,
      paths.map((path) => ({ fileId: formatFileId(env, `${prefix}${path}` as CloudPath), maxAge })),
    )
    const errors = results.map((result) => (result.ok ? undefined : result.error))
    app.denials.record(request.id, deniedAmong(errors), request.ip)
    return results.map((result, at) => {
      const error = errors[at]
      const path = paths[at]
      if (error !== undefined) return { path, fullSignedURL: null, error: `[${error.code}] ${error.message}` }
      return { path, fullSignedURL: urlOf(result, request), error: null }
    })
  })

  route('POST', '/upload/sign/:bucket/*', 'storage:write', async (caller, params, request) => {
    const { path } = objectOfUrl(env, request)
    onlyMembers(params, [])
    const { ticket } = await storage.issueUpload(caller, path, { onlyNew: !upsertOf(request) })
    return { fullURL: `${originOf(request)}/u/${ticket}`, token: ticket }
  })

  async function copy(caller: Caller, item: Parameters<typeof storage.copy>[1][number]): Promise<void> {
    const [result] = await storage.copy(caller, [item])
    if (result?.error !== undefined) throw result.error
  }

  function urlOf(result: UrlResult | undefined, request: FastifyRequest): string {
    return `${originOf(request)}${result?.ok === true ? result.pathAndQuery : ''}`
  }

  function targetOf(params: Params) {
    const bucket = bucketRef(env, params.bucketId)
    const { destinationBucket } = params
    const into = destinationBucket === undefined ? bucket : bucketRef(env, destinationBucket, 'destinationBucket')
    const target = objectPath(into, params.destinationKey, 'destinationKey')
    return { source: objectPath(bucket, params.sourceKey, 'sourceKey'), target, key: objectKey(into, target) }
  }
}

const TARGET_MEMBERS = ['bucketId', 'sourceKey', 'destinationKey', 'destinationBucket']

function names(params: Params, member: string, limit: number): readonly string[] {
  const values = list(params[member], member)
  if (values.length === 0 || values.length > limit) throw invalid(`${member} must have 1 to ${limit} names`)
  return values.map((value) => string(value, `${member}[]`))
}

function listRequest(bucket: BucketRef, params: Params): ReadableListRequest {
  onlyMembers(params, ['prefix', 'limit', 'cursor', 'with_delimiter', 'sortBy'])
  const prefix = string(params.prefix ?? '', 'prefix')
  // An object path begins with it, so all but its last segment is checked.
  if (prefix !== '') objectPath(bucket, `${prefix.replace(/[^/]*$/, '')}x`, 'prefix')
  const limit = params.limit ?? DEFAULT_PAGE
  if (!Number.isInteger(limit) || (limit as number) < 1 || (limit as number) > MAX_PAGE) {
    throw invalid(`limit must be a whole number, 1 to ${MAX_PAGE}`)
  }
  return {
    prefix: bucket.prefix + prefix,
    folders: flag(params, 'with_delimiter'),
    descending: isDescending(object(params.sortBy ?? {}, 'sortBy')),
    limit: limit as number,
    ...(params.cursor === undefined ? {} : { cursor: string(params.cursor, 'cursor') }),
  }
}

function isDescending(sortBy: Params): boolean {
  onlyMembers(sortBy, ['column', 'order'])
  const { column = 'name', order = 'asc' } = sortBy
  if (column !== 'name') throw invalid('sortBy.column must be name: a list can only be sorted by name')
  if (order !== 'asc' && order !== 'desc') throw invalid('sortBy.order must be asc or desc')
  return order === 'desc'
}
