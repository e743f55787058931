import type { AppJson, Theme } from '../contracts.ts'

/** Replaces `@names` with their values in the theme file: `themed(page.window, app, 'dark')`. */
export function themed<Value>(value: Value, { theme: themes }: AppJson, theme: Theme): Value {
  const names = themes?.[theme] ?? {}
  const replace = (part: unknown): unknown => {
    if (typeof part === 'string') return part.startsWith('@') ? names[part.slice(1)] : part
    if (Array.isArray(part)) return part.map(replace)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, replace(one)]))
  }
  return replace(value) as Value
}
