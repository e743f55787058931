import type { FastifyRequest } from 'fastify'

/** `http://host:port` under which a client reaches the server, without a trailing slash. */
export type OriginOf = (request: FastifyRequest) => string

const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/

/**
 * URLs that are handed out begin with the configured public URL; without one with the Host that the client itself used,
 * so that a phone on the same network and a test on this machine both get an address that works for them. Forwarded
 * headers are not looked at: behind a proxy the public URL has to be configured.
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
