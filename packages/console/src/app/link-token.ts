/** The one-time link of the terminal, `/console/#link=TOKEN`. What follows # never reaches a server or its log. */
import { signal } from '@preact/signals'

const current = signal<string | undefined>(undefined)

/** The token of the link that was opened last; undefined: none was. */
export function linkToken(): string | undefined {
  return current.value
}

/** Takes the token out of the address and the history, now and whenever another link is opened in this window. */
export function followLinks(): void {
  take()
  addEventListener('hashchange', take)
}

/** It has served, or somebody signed out: it shall not sign in again by itself. */
export function forgetLink(): void {
  current.value = undefined
}

function take(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('link')
  if (token === null) return
  history.replaceState(history.state, '', `${location.pathname}${location.search}`)
  current.value = token
}
