import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyRequest } from 'fastify'

/** The Console sends this header with every request that changes something. Other sites cannot, because CORS does not allow it. */
const CONSOLE_HEADER = 'x-cloudstead-console'

/**
 * Refuses a request with a cookie that does not come from the Console's own page (CSRF). SameSite=Strict is the first
 * protection, but other ports of this machine count as the same site.
 *
 * The Host is not checked: a foreign name that resolves to this server (DNS rebinding) is another host for the browser,
 * which sends no cookie to it.
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
    throw refused('the Origin is not that of this server')
  }
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/@]+)$/.exec(origin)?.[1]?.toLowerCase()
}

function refused(reason: string): CloudsteadError {
  return new CloudsteadError('CONSOLE_REQUEST_REFUSED', undefined, { internal: reason })
}
