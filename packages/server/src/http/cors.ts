import type { FastifyInstance } from 'fastify'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'
const EXPOSED = 'etag, content-length, content-range, last-modified, cache-control, x-request-id, x-cos-request-id'
/** Seconds that a browser may cache a preflight answer. Browsers have lower limits of their own. */
const PREFLIGHT_MAX_AGE_S = 86_400
const HEADER_LIST = /^[A-Za-z0-9-]+(?:\s*,\s*[A-Za-z0-9-]+)*$/

/**
 * Allows cross-origin requests of web front ends. Credentials are sent in the body or in a header, never in a cookie, so
 * every origin is allowed and `Access-Control-Allow-Credentials` is never sent. `*` as allowed headers would not include
 * Authorization, so the answer repeats the requested list.
 *
 * The Console is excluded: it uses a cookie, so pages of other origins must not have access.
 */
export function allowCrossOrigin(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (isConsole(request.url)) return done()
    reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', EXPOSED)
    if (request.method !== 'OPTIONS') return done()
    const asked = request.headers['access-control-request-headers']
    if (asked !== undefined && HEADER_LIST.test(asked)) reply.header('access-control-allow-headers', asked)
    void reply
      .header('access-control-allow-methods', METHODS)
      .header('access-control-max-age', PREFLIGHT_MAX_AGE_S)
      .header('vary', 'access-control-request-headers')
      .code(204)
      .send()
  })
}

/** Whether the router takes the URL to the Console. The router decodes the path, so this does too. */
function isConsole(url: string): boolean {
  // The fast path for almost every request.
  if (url.startsWith('/') && !url.startsWith('/console') && !url.includes('%')) return false
  const path = /^(?:https?:\/\/[^/]*)?([^?;]*)/i.exec(url)?.[1] ?? ''
  try {
    return decodeURI(path).startsWith('/console')
  } catch {
    return false
  }
}
