/** Headers that a program cannot set. */
const NOT_SETTABLE = new Set(['referer', 'content-length', 'host', 'connection', 'transfer-encoding'])

/** What identifies the phone and the program in every request. */
export interface ClientIdentity {
  appid: string
  userAgent: string
}

/**
 * The headers of a request: `defaults`, overridden by those of the caller (ignoring case, the last spelling wins), plus the
 * ones that WeChat always sends. Undefined and null values are dropped.
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

/** The value of a header; the case of names is ignored. `name` is in lower case. */
export function headerValue(headers: Record<string, string>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
}
