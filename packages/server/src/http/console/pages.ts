import { CloudsteadError } from '@cloudstead/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { evaluateConditions } from '../conditional.ts'
import type { StaticFile, StaticFiles } from './static-files.ts'

/** For files whose names contain a hash of their content. */
const IMMUTABLE = 'public, max-age=31536000, immutable'
/** For other files: cached, but revalidated each time. */
const REVALIDATE = 'no-cache'

/** Serves the built files of the Console below /console. */
export async function consolePages(
  app: FastifyInstance,
  { files, publicUrl }: { readonly files: StaticFiles; readonly publicUrl?: string | undefined },
): Promise<void> {
  const publicHost = publicUrl === undefined ? [] : [new URL(publicUrl).host]
  const headers = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  }
  const method = ['GET', 'HEAD']
  app.route({ method, url: '/console', handler: async (_request, reply) => reply.redirect('/console/', 308) })
  app.route({
    method,
    url: '/console/*',
    handler: async (request, reply) => {
      const name = (request.params as { '*': string })['*']
      if (name.split(/[/\\]/).includes('..') || name.includes('\0')) throw new CloudsteadError('NOT_FOUND')
      const hosts = [...new Set([request.headers.host ?? '', ...publicHost])]
      reply.headers({ ...headers, 'content-security-policy': contentPolicy(hosts) })
      const file = name === '' || name === 'index.html' ? undefined : await files.read(name)
      if (file !== undefined) {
        return sendStatic(
          request,
          reply.header('cache-control', name.startsWith('assets/') ? IMMUTABLE : REVALIDATE),
          file,
        )
      }
      // A request for a script of an earlier build must not get the page instead.
      if (name.startsWith('assets/')) throw new CloudsteadError('NOT_FOUND')
      const index = await files.index()
      if (index !== undefined) return sendStatic(request, reply.header('cache-control', REVALIDATE), index)
      return reply.code(503).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(NOT_BUILT)
    },
  })
}

/** A Host that a content policy can name; it has no form for IPv6 addresses. */
const POLICY_HOST = /^[A-Za-z0-9.-]+(?::[0-9]{1,5})?$/

/**
 * The page loads nothing from other origins and cannot be framed. No script or style is made from strings: browsers with
 * Trusted Types would refuse it, even if a bug tried to. Scripts and styles come only from the built assets: files of
 * users are below `/o/` of the same origin.
 *
 * @param hosts by which browsers reach this server
 */
function contentPolicy(hosts: readonly string[]): string {
  const nameable = hosts.every((host) => POLICY_HOST.test(host))
  const assets = nameable ? hosts.map((host) => `${host}/console/assets/`).join(' ') : "'self'"
  // Loaded before the page is painted; its name is fixed.
  const early = nameable ? hosts.map((host) => ` ${host}/console/early.js`).join('') : ''
  return [`script-src ${assets}${early}`, `style-src ${assets}`, ...CONTENT_POLICY].join('; ')
}

const CONTENT_POLICY = [
  "default-src 'none'",
  "img-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
]

function sendStatic(request: FastifyRequest, reply: FastifyReply, file: StaticFile): FastifyReply {
  const zipped = acceptsGzip(request.headers['accept-encoding']) ? file.gzipped : undefined
  const etag = `"${file.hash}${zipped === undefined ? '' : '-gz'}"`
  reply.header('etag', etag).header('vary', 'accept-encoding')
  const condition = { 'if-none-match': request.headers['if-none-match'] }
  if (evaluateConditions('read', condition, { etag, modified: 0 }) !== 'proceed') return reply.code(304).send()
  if (zipped !== undefined) reply.header('content-encoding', 'gzip')
  const bytes = zipped ?? file.bytes
  reply.type(file.contentType).header('content-length', bytes.length)
  return reply.send(request.method === 'HEAD' ? undefined : bytes)
}

function acceptsGzip(header: string | string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .some((coding) => /^\s*gzip\s*(?:;\s*q=(?:1|0?\.\d*[1-9]\d*).*)?$/i.test(coding))
}

const NOT_BUILT = `<!doctype html>
<meta charset="utf-8">
<title>Cloudstead</title>
<p>The Console is not built yet. Run <code>npm run build</code> and load this page again.</p>
<p lang="zh-CN">控制台尚未构建。请运行 <code>npm run build</code>，然后刷新本页。</p>
`
