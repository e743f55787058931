import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Smaller bodies are not worth counting: a thousand of them at once are 64 MiB. */
const SMALL_BODY_BYTES = 64 * 1024

/**
 * Room for the large bodies that are read at one moment. Parsed JSON takes several times its text, and anybody may send
 * it before it is known who they are.
 */
export interface BodyBudget {
  /** Makes the routes of this scope refuse a large body while there is no room for it. `limitBytes`: what a body may have. */
  guard(app: FastifyInstance, limitBytes: number): void
}

/** @param totalBytes what all large bodies together may have at one moment */
export function createBodyBudget(totalBytes: number): BodyBudget {
  let taken = 0
  return {
    guard(app, limitBytes) {
      app.addHook('onRequest', (request, reply, done) => {
        const wanted = announcedBytes(request) ?? limitBytes
        if (wanted <= SMALL_BODY_BYTES || wanted > limitBytes) return done()
        if (taken + wanted > totalBytes) {
          return done(new CloudsteadError('SERVER_BUSY', 'too many large requests at once; try again shortly'))
        }
        taken += wanted
        reply.raw.once('close', () => {
          taken -= wanted
        })
        done()
      })
    },
  }
}

/** Undefined for a chunked body, which may turn out to have any size. */
function announcedBytes({ raw }: FastifyRequest): number | undefined {
  const { 'content-length': length, 'transfer-encoding': coding } = raw.headers
  if (length !== undefined) return Number(length)
  return coding === undefined ? 0 : undefined
}
