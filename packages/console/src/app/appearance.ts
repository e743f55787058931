/** Menu items for the language and the theme. */
import { language, setLanguage } from '../i18n/language.ts'
import type { MenuItem } from '../ui/menu.tsx'
import { t } from './text.ts'
import { setTheme, type Theme, theme } from './theme.ts'

const THEMES: readonly Theme[] = ['system', 'light', 'dark']

/** Each language has its own name, for readers who do not know the current one. */
export function languageItems(): readonly MenuItem[] {
  return [
    { label: 'English', checked: language() === 'en', onSelect: () => setLanguage('en') },
    { label: '简体中文', checked: language() === 'zh', onSelect: () => setLanguage('zh') },
  ]
}

export function themeItems(): readonly MenuItem[] {
  return THEMES.map((name) => ({ label: t[name], checked: theme() === name, onSelect: () => setTheme(name) }))
}
