import { setImmediate } from 'node:timers/promises'
import { CloudsteadError, checkJsonStructure } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { begunRequest } from './begun.ts'
import type { BodyHold } from './body-budget.ts'
import { drain } from './drain.ts'
import type { Params } from './params.ts'
import { announcedBytes, type ReadBodyOptions, readBody, SMALL_BODY_BYTES } from './read-body.ts'

const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:; *[\w-]+=[\w-]+)*$/

export interface JsonBodiesOptions extends ReadBodyOptions {
  /** Refuses a caller before a body is read that can be large. Resolves to whether the caller is somebody in particular. */
  readonly admit?: (request: FastifyRequest) => Promise<boolean>
}

/**
 * Parses the bodies of this scope as JSON objects, whatever the Content-Type; an empty body becomes undefined. SDKs send
 * JSON as text/plain, as application/json or without a type. Any other body is refused with `INVALID_PARAM`, also one with
 * more values than can be parsed quickly.
 */
export function readJsonObjects(app: FastifyInstance, options: JsonBodiesOptions): void {
  readJson(app, options, 'object')
}

/** The same for bodies that are JSON lists. */
export function readJsonLists(app: FastifyInstance, options: JsonBodiesOptions): void {
  readJson(app, options, 'list')
}

function readJson(app: FastifyInstance, options: JsonBodiesOptions, kind: 'object' | 'list'): void {
  const holds = new WeakMap<FastifyRequest, BodyHold>()
  app.removeAllContentTypeParsers()
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    // Fastify refuses a blank or malformed type before it calls a parser. A valid type stays, because it may be signed.
    if (!isMediaType(raw.headers['content-type'])) raw.headers['content-type'] = 'application/json'
    done()
  })
  app.addContentTypeParser('*', async (request: FastifyRequest) => {
    const begun = begunRequest(request.raw)
    if (begun !== undefined) return begun.checkBody()
    const known = options.admit !== undefined && canBeLarge(request) ? await options.admit(request) : options.known
    const { bytes, hold } = await readBody(request.raw, { ...options, ...(known !== undefined && { known }) })
    if (hold !== undefined) {
      holds.set(request, hold)
      request.socket.once('close', hold.release)
    }
    const text = bytes.toString('utf8')
    await checkStructure([text])
    return parseBody(text, kind)
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    const hold = holds.get(request)
    if (hold !== undefined) {
      // The client may take its time to read the answer; the body is no longer needed.
      request.body = undefined
      request.socket.off('close', hold.release)
      hold.release()
    }
    if (request.raw.complete) return done(null, payload)
    const drained = drain(request.raw)
    if (reply.raw.shouldKeepAlive) {
      // Fastify would close the connection because of the rest of the body, and the client would get a reset.
      reply.removeHeader('connection')
      return done(null, payload)
    }
    // With `Connection: close` the answer has to wait: closing while bytes still arrive would reset the connection.
    void drained.then(() => done(null, payload))
  })
}

/** Whether a Content-Type is one that the framework accepts. */
export function isMediaType(type = ''): boolean {
  return MEDIA_TYPE.test(type)
}

/**
 * Parses the body of a request that is small enough to be checked at once.
 *
 * @returns undefined for an empty one
 * @throws CloudsteadError INVALID_PARAM when it is no JSON object, or has too much in it
 */
export function parseSmallObject(text: string): Params | undefined {
  for (const _ of checkJsonStructure([text]));
  return parseBody(text, 'object') as Params | undefined
}

/** Bounds the JSON texts of a request before they are parsed. @throws CloudsteadError INVALID_PARAM */
export async function checkStructure(texts: readonly string[]): Promise<void> {
  for (const _ of checkJsonStructure(texts)) await setImmediate()
}

function canBeLarge({ raw }: FastifyRequest): boolean {
  return raw.headers['transfer-encoding'] !== undefined || announcedBytes(raw) > SMALL_BODY_BYTES
}

const sentTypes = new WeakMap<FastifyRequest, string | undefined>()

/** Leaves the bodies of this scope to the routes, whatever the Content-Type. */
export function leaveBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw
    sentTypes.set(request, headers['content-type'])
    // Mini Programs send a blank Content-Type, which Fastify would refuse.
    headers['content-type'] = 'application/octet-stream'
    done()
  })
}

/** The Content-Type that the client sent, in a scope with `leaveBodies`. */
export function sentContentType(request: FastifyRequest): string | undefined {
  return sentTypes.get(request)
}

function parseBody(text: string, kind: 'object' | 'list'): unknown {
  if (text.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new CloudsteadError('INVALID_PARAM', { en: 'the body is not valid JSON', zh: '请求体不是有效的 JSON' })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== (kind === 'list')) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: `the body must be a JSON ${kind}`,
      zh: `请求体必须是 JSON ${kind === 'list' ? '数组' : '对象'}`,
    })
  }
  return value
}
