/** The browser history as a signal, with guards that ask before edits are lost. */
import { signal } from '@preact/signals'
import { addressOfTarget, type Query, type Route, routeOf, type Target } from './route.ts'

/** Resolves to whether the page may be left. Asks the user if edits would be lost. */
type Guard = () => Promise<boolean>

/** The state stored with a history entry. */
interface EntryState {
  /** Its distance from the first entry, to tell back from forward. */
  readonly at: number
}

const current = signal<Route | undefined>(undefined)
const guards = new Set<Guard>()
let at = 0
/** The entry that the app itself is going to; the guards are not asked then. */
let expected: number | undefined

/** The current route; undefined if the address is not a page of the Console. */
export function route(): Route | undefined {
  return current.value
}

/** Starts to follow the address. Call it once. */
export function followHistory(): void {
  at = stateOf(history.state)?.at ?? 0
  history.replaceState({ at } satisfies EntryState, '')
  current.value = here()
  addEventListener('popstate', (event) => {
    const entry = stateOf(event.state)
    if (entry !== undefined) return void onHistory(entry.at)
    // The user edited the part after # in the address, which makes a new entry.
    at++
    history.replaceState({ at } satisfies EntryState, '')
    current.value = here()
  })
  addEventListener('beforeunload', (event) => {
    if (guards.size > 0) event.preventDefault()
  })
}

/** Goes to a target, unless the user stays because of unsaved edits. Resolves to whether it went. */
export async function navigate(target: Target, { replace = false } = {}): Promise<boolean> {
  if (!(await mayLeave())) return false
  go(addressOfTarget(target), replace)
  return true
}

/**
 * Changes the query of the current page, such as a filter. Guards are not asked, because the page stays. Undefined and
 * empty values are removed.
 */
export function setQuery(changes: Query, { replace = true } = {}): void {
  const shown = current.peek()
  if (shown === undefined) return
  go(addressOfTarget({ to: shown.page, path: shown.path, query: { ...shown.query, ...changes } }), replace)
}

/**
 * Shows a detail of the current page beside its list, or hides it. Opening the first detail adds a history entry, so
 * that the back button closes it; going from one detail to the next does not.
 *
 * @param name the query member that holds the detail
 * @param current its current value; empty: none is shown
 * @param next the detail to show; undefined: none
 */
export function showDetail(name: string, current: string, next: string | undefined, more: Query = {}): void {
  if (next !== current) setQuery({ ...more, [name]: next }, { replace: current !== '' && next !== undefined })
}

/** Adds a guard, and returns a function that removes it. */
export function guard(ask: Guard): () => void {
  guards.add(ask)
  return () => guards.delete(ask)
}

function go(address: string, replace: boolean): void {
  if (!replace) at++
  const state: EntryState = { at }
  if (replace) history.replaceState(state, '', address)
  else history.pushState(state, '', address)
  current.value = here()
}

/** Handles back and forward. The address has changed already; it is restored until the guards have agreed. */
async function onHistory(to: number): Promise<void> {
  if (expected === to) {
    expected = undefined
    at = to
    current.value = here()
    return
  }
  const distance = to - at
  if (guards.size === 0 || distance === 0) {
    at = to
    current.value = here()
    return
  }
  expected = at
  history.go(-distance)
  if (await mayLeave()) {
    expected = to
    history.go(distance)
  }
}

/** Resolves to whether the current page may be left. Asks the user if edits would be lost. */
export async function mayLeave(): Promise<boolean> {
  for (const ask of guards) if (!(await ask())) return false
  return true
}

function here(): Route | undefined {
  return routeOf(location.pathname, location.search)
}

function stateOf(state: unknown): EntryState | undefined {
  const found = state as Partial<EntryState> | null
  return typeof found?.at === 'number' ? { at: found.at } : undefined
}
