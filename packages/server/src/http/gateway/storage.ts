import { type Caller, CloudsteadError, requireScope, type Scope } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Auth } from '../../auth/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { readJsonLists } from '../bodies.ts'
import type { BodyBudget } from '../body-budget.ts'
import { admitUser, callerOfBearer } from '../callers.ts'
import { answerErrors, type EncodeError } from '../errors.ts'
import type { OriginOf } from '../origin.ts'
import { flag, object, onlyMembers, type Params, string } from '../params.ts'
import { batch, deniedAmong, IN_URL } from '../storage-items.ts'

/** 50 items with the longest names and some headers each are 130 KiB. */
const BODY_LIMIT_BYTES = 256 * 1024

export interface StorageRoutesOptions {
  readonly auth: Pick<Auth, 'callerOfToken'>
  readonly storage: Storage
  readonly originOf: OriginOf
  /** Shared by all routes of a server. */
  readonly budget: BodyBudget
  readonly encodeError: EncodeError
}

/** What a call gets of the request besides the caller and the items. */
interface CallContext {
  /** The origin for URLs in the answer: `http://host:port`. */
  readonly origin: string
}

/** The answer for one item, and why it failed. */
interface Answered {
  readonly item: object
  readonly error?: CloudsteadError | undefined
}

interface StorageCall {
  readonly scope: Scope
  /** The members that an item may have. */
  readonly members: readonly string[]
  run(caller: Caller, items: readonly Params[], context: CallContext): Promise<readonly Answered[]>
}

/**
 * The four storage calls of js-sdk: each takes a list and answers a list in the same order, with errors per item. Uploads
 * are answered per item, too, although the SDK sends one: any error of the whole call reaches the app without its code.
 */
export async function storageRoutes(app: FastifyInstance, options: StorageRoutesOptions): Promise<void> {
  const { auth, budget, originOf, encodeError } = options
  readJsonLists(app, { limitBytes: BODY_LIMIT_BYTES, budget, admit: admitUser(auth) })
  answerErrors(app, (error, request, reply) =>
    losesErrors(request) ? reply.code(200).send(asItems(error, request.body)) : encodeError(error, request, reply),
  )
  for (const [name, call] of Object.entries(storageCalls(options.storage))) {
    app.post(`/storages/${name}`, async (request, reply) => {
      const caller = await callerOfBearer(auth, request)
      requireScope(caller, call.scope)
      const items = batch(request.body, 'the body').map((entry) => object(entry, 'an item of the body'))
      for (const item of items) onlyMembers(item, call.members)
      const answers = await call.run(caller, items, { origin: originOf(request) })
      app.denials.record(request.id, deniedAmong(answers.map(({ error }) => error)), request.ip)
      return reply.send(answers.map(({ item }) => item))
    })
  }
}

function storageCalls(storage: Storage): Readonly<Record<string, StorageCall>> {
  return {
    'get-objects-upload-info': {
      scope: 'storage:write',
      members: ['objectId', 'signedHeader'],
      run: async (caller, items, context) => {
        const answers: Answered[] = []
        for (const { objectId, signedHeader = {} } of items) {
          object(signedHeader, 'signedHeader')
          answers.push(await uploadInfo(storage, caller, objectId, context))
        }
        return answers
      },
    },
    'get-objects-download-info': {
      scope: 'storage:read',
      members: ['cloudObjectId'],
      run: async (caller, items, { origin }) => {
        const results = await storage.temporaryUrls(
          caller,
          items.map((item) => ({ fileId: cloudObjectId(item) })),
        )
        return results.map((result) => {
          if (!result.ok) {
            return failed(result.error, { cloudObjectId: result.fileId, downloadUrl: '', downloadUrlEncoded: '' })
          }
          const url = `${origin}${result.pathAndQuery}`
          // URLs are ASCII without `%`, so the encoded form is the same.
          return { item: { cloudObjectId: result.fileId, downloadUrl: url, downloadUrlEncoded: url } }
        })
      },
    },
    'delete-objects': {
      scope: 'storage:write',
      members: ['cloudObjectId'],
      run: async (caller, items) => answersOf(await storage.remove(caller, items.map(cloudObjectId))),
    },
    'copy-objects': {
      scope: 'storage:write',
      members: ['srcPath', 'dstPath', 'overwrite', 'removeOriginal'],
      run: async (caller, items) => {
        const copies = items.map((item) => ({
          source: item.srcPath,
          target: item.dstPath,
          overwrite: flag(item, 'overwrite', true),
          removeSource: flag(item, 'removeOriginal'),
        }))
        return answersOf(await storage.copy(caller, copies))
      },
    },
  }
}

async function uploadInfo(storage: Storage, caller: Caller, path: unknown, { origin }: CallContext): Promise<Answered> {
  try {
    const { ticket, fileId, pathname, objectId } = await storage.issueUpload(caller, path)
    const url = `${origin}${pathname}`
    const urls = { uploadUrl: `${origin}/u/${ticket}`, downloadUrl: url, downloadUrlEncoded: url }
    const item = { objectId: path, cloudObjectId: fileId, cloudObjectMeta: objectId, ...urls }
    return { item: { ...item, token: IN_URL, authorization: IN_URL } }
  } catch (error) {
    if (!(error instanceof CloudsteadError)) throw error
    // Older SDKs do not look at the code and send the file. The answer to that carries the code to the app.
    const uploadUrl = `${origin}/u/refused/${error.code}`
    return failed(error, { objectId: path, uploadUrl, token: IN_URL, authorization: IN_URL, cloudObjectMeta: IN_URL })
  }
}

function cloudObjectId(item: Params): string {
  return string(item.cloudObjectId, 'cloudObjectId')
}

function answersOf(results: readonly { readonly fileId: string; readonly error?: CloudsteadError }[]) {
  return results.map(({ fileId, error }): Answered => {
    const item = { cloudObjectId: fileId }
    return error === undefined ? { item } : failed(error, item)
  })
}

function failed(error: CloudsteadError, item: object): Answered {
  return { item: { ...item, code: error.code, message: error.message }, error }
}

/**
 * Whether the SDK would lose an error of the whole call. Except in browsers it ignores the HTTP status and reads the answer
 * as the list of items.
 */
function losesErrors({ headers }: FastifyRequest): boolean {
  return headers.origin === undefined && /^@cloudbase\/js-sdk\//.test(String(headers['x-sdk-version'] ?? ''))
}

/** An error of the whole call as the error of each item. */
function asItems({ code, message }: CloudsteadError, body: unknown): readonly object[] {
  const items: readonly unknown[] = Array.isArray(body) && body.length > 0 ? body : [undefined]
  return items.map((item) => {
    const { cloudObjectId: id } = (typeof item === 'object' && item !== null ? item : {}) as Params
    return { ...(typeof id === 'string' && { cloudObjectId: id }), code, message }
  })
}
