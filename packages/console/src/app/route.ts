/** Addresses of the Console as data. Pure; the browser's history is in navigation.ts. */

export const PAGES = ['overview', 'storage', 'permissions', 'denials', 'database', 'users', 'keys', 'settings'] as const
export type PageName = (typeof PAGES)[number]

/** Where the Console is; ends with a slash. */
export const BASE = '/console/'

/** What a link may ask for; undefined members are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface Route {
  readonly page: PageName
  /** What follows the page in the path, decoded: `/console/users/u1` has ['u1']. */
  readonly path: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

/** Where to go: a page, what follows it in the path, and its query. */
export interface Target {
  readonly to: PageName
  readonly path?: readonly string[] | undefined
  readonly query?: Query | undefined
}

/**
 * The route of an address; undefined for addresses that are none of ours.
 *
 * @example routeOf('/console/storage', '?folder=a%2F') // { page: 'storage', path: [], query: { folder: 'a/' } }
 */
export function routeOf(pathname: string, search: string): Route | undefined {
  const inside = `${pathname}/`.startsWith(BASE) ? pathname.slice(BASE.length) : undefined
  if (inside === undefined) return undefined
  const [first = '', ...rest] = inside.split('/').filter((segment) => segment !== '')
  const page = first === '' ? 'overview' : PAGES.find((name) => name === first)
  const path = rest.map(decoded)
  if (page === undefined || path.includes(undefined)) return undefined
  return {
    page,
    path: path.filter((segment) => segment !== undefined),
    query: Object.fromEntries(new URLSearchParams(search)),
  }
}

/** The address of a target, such as `/console/storage?folder=a%2F`. */
export function addressOfTarget({ to, path = [], query = {} }: Target): string {
  const segments = [...(to === 'overview' && path.length === 0 ? [] : [to]), ...path.map(encodeURIComponent)]
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') asked.set(name, String(value))
  }
  return `${BASE}${segments.join('/')}${asked.size === 0 ? '' : `?${asked}`}`
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
