import http from 'node:http'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'

const WECHAT = 'api.weixin.qq.com'

type Request = (...args: unknown[]) => http.ClientRequest

/**
 * Sends the requests of this process to WeChat's API elsewhere: a function has the host name in its code, so nothing else
 * can direct it to another server. Covers `http`, `https` and `fetch`.
 *
 * @param origin such as `http://127.0.0.1:8787`
 * @param noticed told once, at the first request
 */
export function detourWechat(origin: string, noticed: () => void): void {
  const target = new URL(origin)
  const plain = { request: http.request as Request, ofTarget: (target.protocol === 'https:' ? https : http).request }
  let told = false
  function tell(): void {
    if (!told) noticed()
    told = true
  }

  for (const module of [http, https] as const) {
    const original = module === https ? (https.request as Request) : plain.request
    const request: Request = (...args) => {
      const [options, callback] = requestOf(args)
      if (hostOf(options) !== WECHAT) return original(...args)
      tell()
      // An agent belongs to a protocol.
      const { agent: _, host: __, href: ___, ...rest } = options
      const { protocol, hostname, port } = target
      return (plain.ofTarget as Request)({ ...rest, protocol, hostname, port, headers: withoutHost(rest) }, callback)
    }
    const get: Request = (...args) => request(...args).end()
    Object.assign(module, { request, get })
  }
  const { fetch } = globalThis
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input))
    if (url.hostname !== WECHAT) return fetch(input, init)
    tell()
    const { pathname, search } = url
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
  const ofUrl =
    url === null ? {} : { protocol: url.protocol, hostname: url.hostname, path: `${url.pathname}${url.search}` }
  const rest = isUrl ? others : args
  const [options, callback] = typeof rest[0] === 'function' ? [{}, rest[0]] : [rest[0] ?? {}, rest[1]]
  return [{ ...ofUrl, ...(options as Record<string, unknown>) }, callback]
}

function hostOf({ hostname, host }: Record<string, unknown>): string | undefined {
  const named = hostname ?? host
  return typeof named === 'string' ? named.replace(/:\d+$/, '').toLowerCase() : undefined
}

function withoutHost({ headers }: Record<string, unknown>): unknown {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return headers
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'host'))
}
