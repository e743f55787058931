/** The routes of HTTP access, from cloudbaserc.json and from the settings. */
import type { FunctionRoute } from '../../settings.ts'
import { isObject, member, shown } from './json.ts'
import { type Report, within } from './report.ts'

const TARGET = 'function:'
/** Characters. Longer than any path that a person writes. */
const MAX_PATH = 512
/** First segments that the platform keeps for itself. */
const RESERVED = /^\/(?:__auth|\.well-known)(?:\/|$)/
/** Characters that a path has in an encoded form only, or that are a pattern elsewhere. */
const NOT_IN_PATH = /[\s?#%*\\\p{Cc}]/u

/** Reads `gateway.routes` of cloudbaserc.json. */
export function readRoutes(declared: unknown, report: Report): readonly FunctionRoute[] {
  if (declared === undefined || declared === null) return []
  if (!Array.isArray(declared)) {
    report({ en: 'gateway.routes must be a list', zh: 'gateway.routes 必须是数组' })
    return []
  }
  return declared.flatMap((route: unknown) => {
    const [path, target] = [member(route, 'path'), member(route, 'target')]
    if (!isObject(route) || typeof path !== 'string' || typeof target !== 'string' || !target.startsWith(TARGET)) {
      report({
        en: `a route needs a path and a target such as "function:hello", not ${shown(route)}`,
        zh: `路由需要 path 和形如 "function:hello" 的 target，而不是 ${shown(route)}`,
      })
      return []
    }
    const auth = member(route, 'enableAuth') ?? false
    const prefix = member(member(route, 'pathRewrite'), 'prefix')
    return [
      {
        path,
        function: target.slice(TARGET.length),
        // A value that is no boolean must not open the route.
        auth: auth !== false,
        wholePath: member(route, 'enablePathTransmission') === true,
        ...(typeof prefix === 'string' ? { rewrite: prefix } : {}),
      },
    ]
  })
}

/**
 * The routes that can be used, the longest first. A route to a function that does not exist stays, so that no shorter one
 * answers in its place.
 *
 * @param own of the settings: they win over others with the same path
 * @param names of the functions
 */
export function usableRoutes(
  own: readonly FunctionRoute[],
  declared: readonly FunctionRoute[],
  names: { has(name: string): boolean },
  report: Report,
): readonly FunctionRoute[] {
  const routes = new Map<string, FunctionRoute>()
  for (const list of [own, declared]) {
    const paths = new Set<string>()
    for (const route of list) {
      const told = within(report, `route ${shown(route.path)}`, `路由 ${shown(route.path)}`)
      const path = usablePath(route.path, told)
      if (path === undefined) continue
      if (paths.has(path)) {
        told({ en: 'the path appears twice; the first one counts', zh: '路径出现了两次；以第一个为准' })
        continue
      }
      paths.add(path)
      if (routes.has(path)) continue
      if (!names.has(route.function)) {
        told({ en: `there is no function ${shown(route.function)}`, zh: `没有云函数 ${shown(route.function)}` })
      }
      routes.set(path, { ...route, path })
    }
  }
  return [...routes.values()].sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1))
}

/** The path without a slash at its end; undefined when it cannot be a route. */
function usablePath(written: string, report: Report): string | undefined {
  const path = /[^/]\/$/.test(written) ? written.slice(0, -1) : written
  const segments = path.slice(1).split('/')
  if (!path.startsWith('/') || path.length > MAX_PATH || NOT_IN_PATH.test(path)) {
    report({
      en: `a path begins with / and has no space, ? # % * or \\, and at most ${MAX_PATH} characters`,
      zh: `路径以 / 开头，不能含有空格、? # % * 或 \\，最多 ${MAX_PATH} 个字符`,
    })
  } else if (path !== '/' && segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    report({ en: 'a path has no // and no . or .. between slashes', zh: '路径中不能有 //，也不能有 . 或 .. 这样的段' })
  } else if (RESERVED.test(path)) {
    report({ en: '/__auth and /.well-known are reserved', zh: '/__auth 和 /.well-known 是保留路径' })
  } else {
    return path
  }
  return undefined
}
