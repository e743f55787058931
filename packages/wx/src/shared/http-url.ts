import { WxFailure } from './failure.ts'

/** Parses an http(s) URL; anything else, local files (`http://tmp/..`) included, fails with `invalid url`. */
export function parseHttpUrl(given: string, base?: URL): URL {
  const url = URL.parse(given, base?.href)
  if (url === null || !isOnNetwork(url)) throw new WxFailure(`invalid url "${given}"`)
  return url
}

/** True for URLs that parseHttpUrl accepts: on the network, not a file of the phone. */
export function isNetworkUrl(given: string): boolean {
  const url = URL.parse(given)
  return url !== null && isOnNetwork(url)
}

function isOnNetwork(url: URL): boolean {
  return /^https?:$/.test(url.protocol) && !['tmp', 'usr', 'store'].includes(url.host)
}
