import type { IncomingMessage } from 'node:http'

/** Gives the origin at which the client of a request reaches the server: `http://host:port`, without a trailing slash. */
export type OriginOf = (request: Pick<IncomingMessage, 'headers'>) => string

/** A longer name is none in DNS, and would make the token of a call of a function too long. */
const HOST = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{1,64}\])(?::[0-9]{1,5})?$/

/**
 * The URLs in answers start with the configured public URL or, without one, with the Host of the request, so that a phone
 * on the same network and a test on this machine both get an address that works for them. `Forwarded` headers are
 * ignored: behind a proxy the public URL must be configured.
 *
 * @param fallback the origin for requests without a valid Host
 */
export function originOf(publicUrl: string | undefined, fallback: () => string): OriginOf {
  if (publicUrl !== undefined) {
    const fixed = publicUrl.replace(/\/+$/, '')
    return () => fixed
  }
  return (request) => {
    const { host } = request.headers
    return host !== undefined && HOST.test(host) ? `http://${host}` : fallback()
  }
}
