import { type Caller, CloudsteadError, requireScope, type Scope } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'
import type { Bucket } from '../../storage/buckets.ts'
import { readJsonObjects } from '../bodies.ts'
import { callerOfBearer } from '../callers.ts'
import { invalid, onlyMembers, type Params, string, wholeNumber } from '../params.ts'
import { bucketRef } from './object-names.ts'
import type { StorageRoutesOptions } from './storage.ts'

const BODY_LIMIT_BYTES = 16 * 1024
const LIST_MEMBERS = ['env', 'limit', 'offset', 'sortColumn', 'sortOrder', 'search']
/** A bucket is made by its first file, and has no times. The SDK's type needs a date. */
const NO_TIME = new Date(0).toISOString()

interface BucketRoutesOptions extends Pick<StorageRoutesOptions, 'auth' | 'storage'> {
  readonly env: string
}

/** `listBuckets` and `getBucket` of js-sdk 3.x, and its calls to change buckets, which are not needed here. */
export async function bucketRoutes(app: FastifyInstance, { env, auth, storage }: BucketRoutesOptions): Promise<void> {
  readJsonObjects(app, { limitBytes: BODY_LIMIT_BYTES })

  type Run = (caller: Caller, query: Params, id: unknown) => Promise<object>
  function route(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, scope: Scope, run: Run): void {
    app.route({
      method,
      url,
      handler: async (request, reply) => {
        const caller = await callerOfBearer(auth, request)
        requireScope(caller, scope)
        return reply.send(await run(caller, request.query as Params, (request.params as Params).id))
      },
    })
  }

  const change: Run = async ({ kind }) => {
    if (kind !== 'admin') throw new CloudsteadError('ACTION_FORBIDDEN')
    throw new CloudsteadError(
      'UNIMPLEMENTED',
      'Buckets need no creation here: a bucket is a folder of the first level. The storage rules decide who may use it.',
    )
  }
  for (const list of ['/storages/bucket', '/storages/bucket/']) {
    route('GET', list, 'storage:read', async (caller, query) => {
      const page = pageOf(query)
      return page(await storage.listBuckets(caller)).map(encodeBucket)
    })
    route('POST', list, 'storage:write', change)
  }
  route('GET', '/storages/bucket/:id', 'storage:read', async (caller, query, input) => {
    onlyMembers(query, ['env'])
    return encodeBucket(await storage.getBucket(caller, bucketRef(env, input).id))
  })
  route('PUT', '/storages/bucket/:id', 'storage:write', change)
  route('DELETE', '/storages/bucket/:id', 'storage:write', change)
}

function encodeBucket({ id, isPublic, maxFileSize }: Bucket) {
  return {
    id,
    name: id,
    owner_id: null,
    public: isPublic,
    type: 'STANDARD',
    file_size_limit: maxFileSize,
    allowed_mime_types: null,
    created_at: NO_TIME,
    updated_at: NO_TIME,
  }
}

/** Makes the page of a list that a query asks for. @throws CloudsteadError INVALID_PARAM */
function pageOf(query: Params): (buckets: readonly Bucket[]) => readonly Bucket[] {
  onlyMembers(query, LIST_MEMBERS)
  const { sortColumn = 'name', sortOrder = 'asc' } = query
  const search = string(query.search ?? '', 'search')
  const offset = wholeNumber(query.offset, 'offset') ?? 0
  const limit = wholeNumber(query.limit, 'limit')
  if (sortColumn !== 'name' && sortColumn !== 'id') throw invalid('sortColumn must be name or id')
  if (sortOrder !== 'asc' && sortOrder !== 'desc') throw invalid('sortOrder must be asc or desc')
  return (buckets) => {
    const found = buckets.filter(({ id }) => id.includes(search)).sort((a, b) => (a.id < b.id ? -1 : 1))
    if (sortOrder === 'desc') found.reverse()
    return found.slice(offset, limit === undefined ? undefined : offset + limit)
  }
}
