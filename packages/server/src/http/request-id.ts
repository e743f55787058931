import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Ids that clients make: UUIDs, and what resembles them. */
const WELL_FORMED = /^[A-Za-z0-9_-]{8,128}$/

/**
 * The id of a request: the one in the header `X-Request-Id`, by which SDKs report a call of dialect C, or a new one. It is for
 * reading logs: nothing may depend on its being the only one.
 */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const id = headers['x-request-id']
  return typeof id === 'string' && WELL_FORMED.test(id) ? id : randomUUID()
}
