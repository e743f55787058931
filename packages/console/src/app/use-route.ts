import { route } from './navigation.ts'
import type { Route } from './route.ts'

const NOWHERE: Route = { page: 'overview', path: [], query: {} }

/** The current route. The component renders again when it changes. */
export function useRoute(): Route {
  return route() ?? NOWHERE
}
