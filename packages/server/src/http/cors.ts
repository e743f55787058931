import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance } from 'fastify'
import type { CurrentSettings } from '../settings.ts'
import { failureOf } from './errors.ts'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'
const EXPOSED = 'etag, content-length, content-range, last-modified, cache-control, x-request-id, x-cos-request-id'
/** Seconds that a browser may cache a preflight answer. Short, so that a site that is no longer listed stops soon. */
const PREFLIGHT_MAX_AGE_S = 600
/** Characters of an Origin header that a message quotes. */
const MAX_SHOWN = 200
const HEADER_LIST = /^[A-Za-z0-9-]+(?:\s*,\s*[A-Za-z0-9-]+)*$/
const LOOPBACK_ORIGIN = /^https?:\/\/(?:(?:[a-z0-9-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/

export interface CrossOriginOptions {
  readonly publicUrl: string | undefined
  readonly settings: CurrentSettings
}

/**
 * Allows the listed web sites to call this server from a browser, and refuses pages of all others before anything is done:
 * a `text/plain` request needs no preflight, so leaving the CORS headers out would only hide the answer. Requests without
 * an Origin, such as those of Mini Programs and servers, are not affected.
 *
 * Credentials are sent in the body or in a header, never in a cookie, so `Access-Control-Allow-Credentials` is never sent.
 * `*` as allowed headers would not include Authorization, so the answer repeats the requested list.
 *
 * The Console is excluded: it uses a cookie and checks the origin itself.
 */
export function allowCrossOrigin(app: FastifyInstance, options: CrossOriginOptions): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (isConsole(request.url)) return done()
    // The headers depend on the origin, so a cache must not give the answer for one to another.
    reply.header('vary', 'origin')
    const { origin, host } = request.headers
    if (origin !== undefined) {
      if (!isAllowed(origin, host, options)) {
        const { status, code, message } = failureOf(notAllowed(origin), request)
        void reply.code(status).send({ code, message, requestId: request.id })
        return
      }
      reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', EXPOSED)
    }
    if (request.method !== 'OPTIONS') return done()
    const asked = request.headers['access-control-request-headers']
    if (asked !== undefined && HEADER_LIST.test(asked)) reply.header('access-control-allow-headers', asked)
    void reply
      .header('access-control-allow-methods', METHODS)
      .header('access-control-max-age', PREFLIGHT_MAX_AGE_S)
      .header('vary', 'origin, access-control-request-headers')
      .code(204)
      .send()
  })
}

function isAllowed(origin: string, host: string | undefined, { publicUrl, settings }: CrossOriginOptions): boolean {
  const [, site] = /^[a-z][a-z0-9+.-]*:\/\/([^/@]+)$/.exec(origin) ?? []
  // `null` is what any page can send from a sandboxed frame.
  if (site === undefined) return false
  // A page of this server itself, such as the Console when it uploads.
  if (site === host?.toLowerCase() || origin === publicUrl) return true
  // A page of the visitor's own machine: no foreign site has such an origin.
  if (LOOPBACK_ORIGIN.test(origin)) return true
  const { webDomains } = settings().security
  return webDomains.includes(site) || webDomains.includes(origin)
}

function notAllowed(origin: string): CloudsteadError {
  const shown = JSON.stringify(origin.slice(0, MAX_SHOWN))
  return new CloudsteadError('ORIGIN_NOT_ALLOWED', {
    en: `Pages of the web site ${shown} may not call this server. If the site is yours, add it to security.webDomains in the configuration file or in the Console under Settings.`,
    zh: `网站 ${shown} 的页面不能访问本服务器。如果这是您的网站，请将它加入 security.webDomains：在配置文件或控制台的“设置”页中。`,
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
