import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'

const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:; *[\w-]+=[\w-]+)*$/

/** What a JSON object of a request holds; nothing of it can be trusted to have a type. */
export type JsonBody = Readonly<Record<string, unknown>>

/**
 * Makes the routes of this scope get their body as a JSON object (undefined when there is none), whatever the
 * Content-Type says or lacks: SDKs send JSON as text/plain, as application/json or with no type at all. Anything else in
 * a body is `INVALID_PARAM`. The types of what it holds are checked by the routes.
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
