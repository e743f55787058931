import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:; *[\w-]+=[\w-]+)*$/

/** A parsed JSON body. Its members can have any type. */
type JsonBody = Readonly<Record<string, unknown>>

/**
 * Parses the bodies of this scope as JSON objects, whatever the Content-Type; an empty body becomes undefined. SDKs send
 * JSON as text/plain, as application/json or without a type. Any other body is refused with `INVALID_PARAM`.
 */
export function readJsonObjects(app: FastifyInstance, limitBytes: number): void {
  app.removeAllContentTypeParsers()
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    // Fastify refuses a blank or malformed type before it calls a parser. A valid type stays, because it may be signed.
    if (!MEDIA_TYPE.test(raw.headers['content-type'] ?? '')) raw.headers['content-type'] = 'application/json'
    done()
  })
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: limitBytes }, (_request, text, done) => {
    try {
      done(null, parseObject(String(text)))
    } catch (error) {
      done(error as Error)
    }
  })
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

function parseObject(text: string): JsonBody | undefined {
  if (text.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new CloudsteadError('INVALID_PARAM', 'the body is not valid JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CloudsteadError('INVALID_PARAM', 'the body must be a JSON object')
  }
  return value as JsonBody
}
