import http from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import type { Detour } from './messages.ts'

type Request = (...args: unknown[]) => http.ClientRequest

/**
 * Sends some requests of this process elsewhere: a function, or what it was told, has an address from which nothing else can
 * lead to another server. Covers `http`, `https` and `fetch`.
 *
 * @param noticed told once of each detour, at its first request
 */
export function detourRequests(detours: readonly Detour[], noticed: (detour: Detour) => void): void {
  const original = { http: http.request as Request, https: https.request as Request }
  const told = new Set<Detour>()

  /** The origin to which a request goes instead. */
  function elsewhere(host: string | undefined, path: string): URL | undefined {
    const detour = detours.find(({ from, below }) => from === host && below.some((start) => path.startsWith(start)))
    if (detour === undefined) return undefined
    if (!told.has(detour)) noticed(detour)
    told.add(detour)
    return new URL(detour.to)
  }

  for (const [module, request] of [
    [http, original.http],
    [https, original.https],
  ] as const) {
    const detoured: Request = (...args) => {
      const [options, callback] = requestOf(args)
      const target = elsewhere(hostOf(options), typeof options.path === 'string' ? options.path : '/')
      if (target === undefined) return request(...args)
      // An agent belongs to a protocol.
      const { agent: _, host: __, href: ___, ...rest } = options
      const { protocol, hostname, port } = target
      const send = protocol === 'https:' ? original.https : original.http
      return send({ ...rest, protocol, hostname, port, headers: withoutHost(rest) }, callback)
    }
    const get: Request = (...args) => detoured(...args).end()
    Object.assign(module, { request: detoured, get })
  }
  const { fetch } = globalThis
  globalThis.fetch = async (input, init) => {
    const { host, pathname, search } = new URL(input instanceof Request ? input.url : String(input))
    const target = elsewhere(host, pathname)
    if (target === undefined) return fetch(input, init)
    const moved = new URL(`${pathname}${search}`, target)
    return fetch(input instanceof Request ? new Request(moved, input) : moved, init)
  }
  syncBuiltinESMExports()
}

/** Options and callback of `request(url, options, callback)`, each of which but one may be absent. */
function requestOf(args: readonly unknown[]): readonly [Record<string, unknown>, unknown] {
  const [first, ...others] = args
  const isUrl = typeof first === 'string' || first instanceof URL
  const url = isUrl ? URL.parse(String(first)) : null
  const { protocol, hostname, port, pathname, search } = url ?? {}
  const ofUrl = url === null ? {} : { protocol, hostname, port, path: `${pathname}${search}` }
  const rest = isUrl ? others : args
  const [options, callback] = typeof rest[0] === 'function' ? [{}, rest[0]] : [rest[0] ?? {}, rest[1]]
  return [{ ...ofUrl, ...(options as Record<string, unknown>) }, callback]
}

/** The name and, if it is not the usual one, the port: as in a URL. */
function hostOf({ hostname, host, port }: Record<string, unknown>): string | undefined {
  const named = hostname ?? host
  if (typeof named !== 'string') return undefined
  const name = named.replace(/:\d+$/, '').toLowerCase()
  const number = Number(port ?? /:(\d+)$/.exec(named)?.[1] ?? 0)
  return number === 0 || number === 80 || number === 443 ? name : `${name}:${number}`
}

function withoutHost({ headers }: Record<string, unknown>): unknown {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return headers
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'host'))
}
