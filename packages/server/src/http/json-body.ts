import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'

const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:; *[\w-]+=[\w-]+)*$/

/**
 * Makes the routes of this scope get their body as text, whatever the Content-Type says or lacks: SDKs send JSON as
 * text/plain, as application/json or with no type at all, and the types are checked after parsing, in our code.
 */
export function readBodyAsText(app: FastifyInstance, limitBytes: number): void {
  app.removeAllContentTypeParsers()
  app.addHook('onRequest', async ({ raw }) => {
    // The framework refuses a blank or malformed type before any parser is asked. A valid one may be signed and stays.
    if (!MEDIA_TYPE.test(raw.headers['content-type'] ?? '')) raw.headers['content-type'] = 'application/json'
  })
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: limitBytes }, (_request, body, done) => {
    done(null, body)
  })
}

/** @throws CloudsteadError `INVALID_PARAM` */
export function parseJson(body: unknown): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : '')
  } catch {
    throw new CloudsteadError('INVALID_PARAM', 'the body is not valid JSON')
  }
}
