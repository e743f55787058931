import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:; *[\w-]+=[\w-]+)*$/

/** What a JSON object of a request holds; nothing of it can be trusted to have a type. */
export type JsonBody = Readonly<Record<string, unknown>>

/**
 * Makes the routes of this scope get their body as a JSON object (undefined when there is none), whatever the
 * Content-Type says or lacks: SDKs send JSON as text/plain, as application/json or with no type at all. Anything else in
 * a body is `INVALID_PARAM`. The routes check the types of what it holds.
 */
export function readJsonObjects(app: FastifyInstance, limitBytes: number): void {
  app.removeAllContentTypeParsers()
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    // The framework refuses a blank or malformed type before any parser is asked. A valid one may be signed and stays.
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

/** Makes the routes of this scope read their bodies themselves, whatever the Content-Type says or lacks. */
export function leaveBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw
    sentTypes.set(request, headers['content-type'])
    // A blank Content-Type is a fact of the Mini Program, not an error: the framework must not judge it.
    headers['content-type'] = 'application/octet-stream'
    done()
  })
}

/** The Content-Type that the client sent with a body that `leaveBodies` left alone. */
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
