/** The addresses of the Console as data. Pure; the browser history is in navigation.ts. */

export const PAGES = [
  'overview',
  'storage',
  'permissions',
  'denials',
  'database',
  'functions',
  'users',
  'keys',
  'settings',
] as const
export type PageName = (typeof PAGES)[number]

/** The root of the Console on its server. */
const BASE = '/console/'

/** The query of a link. Undefined members are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface Route {
  readonly page: PageName
  /** The decoded path segments after the page: ['u1'] for `/console/users/u1`. */
  readonly path: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

/** The target of a link: a page, the path segments after it, and its query. */
export interface Target {
  readonly to: PageName
  readonly path?: readonly string[] | undefined
  readonly query?: Query | undefined
}

/**
 * The route of an address; undefined if it is not a page of the Console.
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
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  return `${BASE}${segments.join('/')}${search.size === 0 ? '' : `?${search}`}`
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
