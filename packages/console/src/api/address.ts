/** The root of the admin API, on the server that served this page. */
const API = '/console/api'

type Values = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * The address of an operation. Undefined query values are left out.
 *
 * @param path such as `/users/{uid}`
 * @example addressOf('/users/{uid}', { uid: 'a/b' }, { limit: 5 }) // '/console/api/users/a%2Fb?limit=5'
 */
export function addressOf(path: string, params: Values, query: Values): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  return `${API}${filled}${search.size === 0 ? '' : `?${search}`}`
}
