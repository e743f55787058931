import type { FastifyInstance } from 'fastify'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'
const EXPOSED = 'etag, content-length, content-range, last-modified, cache-control, x-request-id, x-cos-request-id'
/** Seconds; browsers cap it themselves. */
const PREFLIGHT_MAX_AGE_S = 86_400
const HEADER_LIST = /^[A-Za-z0-9-]+(?:\s*,\s*[A-Za-z0-9-]+)*$/

/**
 * Cross-origin access for web front ends. Credentials travel in the body or in an explicit header, never in a cookie, so
 * every origin may ask and `Access-Control-Allow-Credentials` is never sent. `*` as allowed headers would not cover
 * Authorization, therefore the list that was asked for is answered.
 *
 * Not for the Console, which does have a cookie: pages of other origins get no leave there at all.
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

/** Whether a URL leads to the Console, however it is spelt: the router decodes it too. */
function isConsole(url: string): boolean {
  // What almost every request is: plain, and about something else.
  if (url.startsWith('/') && !url.startsWith('/console') && !url.includes('%')) return false
  const path = /^(?:https?:\/\/[^/]*)?([^?;]*)/i.exec(url)?.[1] ?? ''
  try {
    return decodeURI(path).startsWith('/console')
  } catch {
    return false
  }
}
