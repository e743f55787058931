/** Names WeChat sets itself, whatever the caller passes. */
const NOT_SETTABLE = new Set(['referer', 'content-length', 'host', 'connection', 'transfer-encoding'])

/** What every call adds for itself. */
export interface ClientIdentity {
  appid: string
  userAgent: string
}

/**
 * The headers that go on the wire: `defaults`, overridden by the caller's (names compared without case, the last
 * spelling wins), plus what WeChat always sends. Undefined and null values are left out.
 */
export function outgoingHeaders(
  identity: ClientIdentity,
  defaults: Record<string, string>,
  given: unknown,
): Record<string, string> {
  const headers = new Map<string, [name: string, value: string]>()
  const fixed = {
    'accept-encoding': 'gzip, deflate, br',
    'user-agent': identity.userAgent,
    ...defaults,
  }
  for (const [name, value] of Object.entries(fixed)) headers.set(name, [name, value])
  const callers = typeof given === 'object' && given !== null ? Object.entries(given) : []
  for (const [name, value] of callers) {
    if (value === undefined || value === null || NOT_SETTABLE.has(name.toLowerCase())) continue
    headers.set(name.toLowerCase(), [name, String(value)])
  }
  headers.set('referer', ['referer', `https://servicewechat.com/${identity.appid}/devtools/page-frame.html`])
  return Object.fromEntries(headers.values())
}

/** The value of a header, looked up without case. */
export function headerValue(headers: Record<string, string>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
}
