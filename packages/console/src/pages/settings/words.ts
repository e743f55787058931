/** Values of settings as a reader sees them. */
import type { Setting } from '@cloudstead/admin-api'
import { formatBytes, formatDuration, formatNumber } from '../../i18n/format.ts'
import { language } from '../../i18n/language.ts'
import { t } from './text.ts'
import { bytesOf, secondsOf } from './values.ts'

/** What holds, in a few words. */
export function inWords({ kind, value, set }: Setting): string {
  if (kind === 'secret') return set ? t.secretSet : t.notSet
  if (value === undefined) return t.notSet
  switch (kind) {
    case 'boolean':
      return value === true ? t.on : t.off
    case 'seconds':
      return duration(String(value)) ?? String(value)
    case 'rules':
      return presetName(value)
    case 'indexes':
      return t.indexesOf(Array.isArray(value) ? value.length : 0)
    case 'size':
      return typeof value === 'number' ? formatBytes(value) : String(value)
    case 'choice':
      return choiceName(String(value))
    default:
      return String(value)
  }
}

/** A choice with what it means, where that is known. */
export function choiceName(value: string): string {
  return Object.hasOwn(t.choices, value) ? `${value} · ${t.choices[value as keyof typeof t.choices]}` : value
}

/** "2 h" for 7200; undefined for what is no number of seconds. */
export function duration(text: string): string | undefined {
  const seconds = secondsOf(text)
  return seconds === undefined ? undefined : formatDuration(seconds, language())
}

/** How many bytes a size has, to the byte. */
export function byteCount(text: string): string | undefined {
  const bytes = bytesOf(text)
  return bytes === undefined ? undefined : t.bytes(formatNumber(bytes, language()))
}

function presetName(value: unknown): string {
  const name = typeof value === 'string' ? value : ''
  return Object.hasOwn(t.presets, name) ? t.presets[name as keyof typeof t.presets] : t.custom
}
