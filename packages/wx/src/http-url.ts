import { WxFailure } from './failure.ts'

/** Parses an http(s) URL; anything else fails as `invalid url`. Local files (`http://tmp/..`) are not network URLs. */
export function parseHttpUrl(given: string, base?: URL): URL {
  const url = URL.parse(given, base?.href)
  if (url === null || !/^https?:$/.test(url.protocol) || ['tmp', 'usr', 'store'].includes(url.host)) {
    throw new WxFailure(`invalid url "${given}"`)
  }
  return url
}
