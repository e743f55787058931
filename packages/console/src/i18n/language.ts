/** The language of the Console: the user's choice, otherwise the browser's language. */
import { signal } from '@preact/signals'
import { remember, remembered } from '../app/local-storage.ts'

export type Language = 'en' | 'zh'

/** A text from the server, in both languages. */
export interface Text {
  readonly en: string
  readonly zh: string
}

const KEY = 'cloudstead.language'

/** The language that a stored choice and the browser's languages result in. */
export function languageFor(stored: string | null, preferred: readonly string[]): Language {
  if (stored === 'en' || stored === 'zh') return stored
  return /^zh\b/i.test(preferred[0] ?? '') ? 'zh' : 'en'
}

const current = signal<Language>(
  languageFor(remembered(KEY), typeof navigator === 'undefined' ? [] : navigator.languages),
)

/** The current language. A component that reads it renders again when it changes. */
export function language(): Language {
  return current.value
}

export function setLanguage(chosen: Language): void {
  remember(KEY, chosen)
  document.documentElement.lang = chosen === 'zh' ? 'zh-CN' : 'en'
  current.value = chosen
}

/** A text from the server in the current language. */
export function say(text: Text): string {
  return text[current.value]
}
