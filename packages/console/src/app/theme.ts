import { signal } from '@preact/signals'
import { remember, remembered } from './local-storage.ts'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'cloudstead.theme'
const stored = remembered(KEY)
const current = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system')

export function theme(): Theme {
  return current.value
}

/** `system` follows the operating system. early.js applies the choice on the next visit. */
export function setTheme(chosen: Theme): void {
  remember(KEY, chosen === 'system' ? null : chosen)
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
  current.value = chosen
}
