/** A parsed URL of the router: a path in the program, without a leading slash, and its query. */
export interface PageUrl {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
}

/**
 * Parses a URL of `navigateTo` and similar calls. Relative URLs refer to the folder of the calling page. As in WeChat, the
 * query is not decoded (the page does that), and a value ends at a second `=`.
 */
export function parsePageUrl(url: string, fromPage: string): PageUrl {
  const [beforeHash = ''] = url.split('#')
  const [path = '', ...rest] = beforeHash.split('?')
  const steps = path.startsWith('/') ? path.split('/') : [...fromPage.split('/').slice(0, -1), ...path.split('/')]
  const reached: string[] = []
  for (const step of steps) {
    if (step === '..') reached.pop()
    else if (step !== '' && step !== '.') reached.push(step)
  }
  return { path: reached.join('/').replace(/\.html$/, ''), query: parseQuery(rest[0] ?? '') }
}

/** `a=1&b` becomes `{ a: '1', b: 'undefined' }`: WeChat's router has this word for a missing value. */
function parseQuery(text: string): Record<string, string> {
  const query: Record<string, string> = {}
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const [name = '', value] = pair.split('=')
    query[name] = String(value)
  }
  return query
}

/** The inverse of `parseQuery`. */
export function formatQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}
