/** The browser's history as a signal, with a guard that asks before edits are lost. */
import { signal } from '@preact/signals'
import { addressOfTarget, type Query, type Route, routeOf, type Target } from './route.ts'

/** Decides whether a page may be left; asks the reader when something would be lost. */
type Guard = () => Promise<boolean>

/** What this app keeps with an entry of the history: how far it is from the first, to find the way back. */
interface EntryState {
  readonly at: number
}

const current = signal<Route | undefined>(undefined)
const guards = new Set<Guard>()
let at = 0
/** An entry that the app itself goes to, so that nobody is asked. */
let expected: number | undefined

/** The route that is shown; undefined: the address is none of ours. */
export function route(): Route | undefined {
  return current.value
}

/** Begins to follow the address. Call it once. */
export function followHistory(): void {
  at = stateOf(history.state)?.at ?? 0
  history.replaceState({ at } satisfies EntryState, '')
  current.value = here()
  addEventListener('popstate', (event) => {
    const entry = stateOf(event.state)
    if (entry !== undefined) return void came(entry.at)
    // The reader has edited what follows # in the address: a new entry.
    at++
    history.replaceState({ at } satisfies EntryState, '')
    current.value = here()
  })
  addEventListener('beforeunload', (event) => {
    if (guards.size > 0) event.preventDefault()
  })
}

/** Goes somewhere, unless unsaved edits keep the reader here. Resolves to whether it went. */
export async function navigate(target: Target, { replace = false } = {}): Promise<boolean> {
  if (!(await mayLeave())) return false
  go(addressOfTarget(target), replace)
  return true
}

/**
 * Puts something else into the query of the page that is shown, such as a filter. Nobody is asked, because the page
 * stays; members that are undefined or empty disappear.
 */
export function setQuery(changes: Query, { replace = true } = {}): void {
  const shown = current.peek()
  if (shown === undefined) return
  go(addressOfTarget({ to: shown.page, path: shown.path, query: { ...shown.query, ...changes } }), replace)
}

/** Adds a guard; returns what removes it. */
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

/** Back or forward was pressed: the address has changed already. Without leave it is changed back. */
async function came(to: number): Promise<void> {
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

/** Whether what is shown may be left: asks when something would be lost. */
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
