import { WxFailure } from './failure.ts'

/** Parses an http(s) URL; anything else fails as `invalid url`. Local files (`http://tmp/..`) are not network URLs. */
export function parseHttpUrl(given: string, base?: URL): URL {
  const url = URL.parse(given, base?.href)
  if (url === null || !leadsOut(url)) throw new WxFailure(`invalid url "${given}"`)
  return url
}

/** True for what parseHttpUrl takes: an address on the network, and not a file of the phone. */
export function isNetworkUrl(given: string): boolean {
  const url = URL.parse(given)
  return url !== null && leadsOut(url)
}

function leadsOut(url: URL): boolean {
  return /^https?:$/.test(url.protocol) && !['tmp', 'usr', 'store'].includes(url.host)
}
