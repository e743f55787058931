import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyRequest } from 'fastify'

/** The Console sends it with everything that changes something. A foreign page cannot: it would need our leave (CORS). */
export const CONSOLE_HEADER = 'x-cloudstead-console'

/**
 * Whether a request that carries a cookie comes from the Console's own page, and not from another one that uses the
 * operator's browser. SameSite=Strict is the first line; other ports of this machine count as the same site, so it is not
 * the only one.
 *
 * The Host itself is not judged: a foreign name that leads to this server (DNS rebinding) is another host for the browser,
 * and it has no cookie for that one.
 *
 * @param publicOrigin the configured public URL, for servers behind a proxy that changes the Host
 * @throws CloudsteadError `CONSOLE_REQUEST_REFUSED`
 */
export function refuseForeignPages({ method, headers }: FastifyRequest, publicOrigin: string | undefined): void {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw refused(`Sec-Fetch-Site is ${site}`)
  if (method === 'GET' || method === 'HEAD') return
  if (headers[CONSOLE_HEADER] !== '1') throw refused(`the header ${CONSOLE_HEADER}: 1 is missing`)
  const { origin, host } = headers
  if (origin !== undefined && origin !== publicOrigin && hostOf(origin) !== host?.toLowerCase()) {
    throw refused('Origin is another one than that of this server')
  }
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/@]+)$/.exec(origin)?.[1]?.toLowerCase()
}

function refused(reason: string): CloudsteadError {
  return new CloudsteadError('CONSOLE_REQUEST_REFUSED', undefined, { internal: reason })
}
