/** Where the admin API is, on the server that served this page. */
export const API = '/console/api'

type Values = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * The address of an operation.
 *
 * @param path such as `/users/{uid}`
 * @example addressOf('/users/{uid}', { uid: 'a/b' }, { limit: 5 }) // '/console/api/users/a%2Fb?limit=5'
 */
export function addressOf(path: string, params: Values, query: Values): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')))
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value))
  return `${API}${filled}${asked.size === 0 ? '' : `?${asked}`}`
}
