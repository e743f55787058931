/** The one-time link from the terminal, `/console/#link=TOKEN`. Browsers do not send the part after # to the server. */
import { signal } from '@preact/signals'

const current = signal<string | undefined>(undefined)

/** The token of the last link that was opened, if there is one. */
export function linkToken(): string | undefined {
  return current.value
}

/** Removes the token from the address and the history, now and whenever another link is opened in this window. */
export function followLinks(): void {
  take()
  addEventListener('hashchange', take)
}

/** Forgets the token after a sign-in or a sign-out, so that it is not used again. */
export function forgetLink(): void {
  current.value = undefined
}

function take(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('link')
  if (token === null) return
  history.replaceState(history.state, '', `${location.pathname}${location.search}`)
  current.value = token
}
