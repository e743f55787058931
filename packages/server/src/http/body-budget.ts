import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Bodies up to this size do not count: 1,000 of them at the same time are 64 MiB. */
const SMALL_BODY_BYTES = 64 * 1024

/**
 * Limits the memory for large bodies that are read at the same time. Parsed JSON takes several times the size of its text,
 * and anybody can send it before the credentials are checked.
 */
export interface BodyBudget {
  /** Makes this scope refuse large bodies while the budget is used up. @param limitBytes the largest body that the routes accept */
  guard(app: FastifyInstance, limitBytes: number): void
}

/** @param totalBytes the sum of all large bodies at the same time */
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

/** Undefined for a chunked body, which can have any size. */
function announcedBytes({ raw }: FastifyRequest): number | undefined {
  const { 'content-length': length, 'transfer-encoding': coding } = raw.headers
  if (length !== undefined) return Number(length)
  return coding === undefined ? 0 : undefined
}
