import { CloudsteadError } from '@cloudstead/protocol'
import type { FunctionRoute } from '../../settings.ts'

/** A request below `/fn` and the route that answers it. */
export interface Routed {
  readonly route: FunctionRoute
  /** The path that the function sees, with its percent escapes: `/orders/7`. */
  readonly path: string
}

/**
 * Finds the route of a path: the longest one that equals the path or its beginning, up to a slash.
 *
 * @param path what follows `/fn` in the URL, with its percent escapes
 * @param routes the longest path first
 * @throws CloudsteadError INVALID_PARAM for a path that could mean another one to somebody else, such as one with `..`
 */
export function routeOf(path: string, routes: readonly FunctionRoute[]): Routed | undefined {
  const sent = path === '' ? '/' : path
  const segments = sent.split('/').map(plainSegment)
  const plain = segments.join('/')
  const route = routes.find((one) => one.path === '/' || plain === one.path || plain.startsWith(`${one.path}/`))
  return route && { route, path: pathFor(route, sent) }
}

function pathFor({ path, wholePath, rewrite }: FunctionRoute, sent: string): string {
  const depth = path === '/' ? 1 : path.split('/').length
  const rest = sent
    .split('/')
    .slice(depth)
    .map((segment) => `/${segment}`)
    .join('')
  if (rewrite !== undefined) return `${rewrite.replace(/\/$/, '')}${rest}` || '/'
  return wholePath ? sent : rest || '/'
}

/** A segment without its escapes. */
function plainSegment(segment: string): string {
  let plain: string
  try {
    plain = decodeURIComponent(segment)
  } catch {
    throw refused()
  }
  if (plain === '.' || plain === '..' || /[/\\\0]/.test(plain)) throw refused()
  return plain
}

function refused(): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', {
    en: 'the path must be valid UTF-8 without segments . and .., and without encoded slashes, backslashes and NUL',
    zh: '路径必须是有效的 UTF-8，不能有 . 和 .. 段，也不能有编码的斜杠、反斜杠和 NUL',
  })
}
