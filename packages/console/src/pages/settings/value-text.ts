/** The values of settings as text. */
import type { Setting } from '@cloudstead/admin-api'
import { modeName } from '../../data/presets.ts'
import { formatBytes, formatDuration, formatNumber } from '../../i18n/format.ts'
import { t } from './text.ts'
import { bytesOf, secondsOf } from './values.ts'

/** The value in force, in a few words. */
export function valueText({ kind, value, set }: Setting): string {
  if (kind === 'secret') return set ? t.secretSet : t.notSet
  if (value === undefined) return t.notSet
  switch (kind) {
    case 'boolean':
      return value === true ? t.on : t.off
    case 'seconds':
      return durationText(String(value)) ?? String(value)
    case 'rules':
      return modeName(value)
    case 'indexes':
      return t.indexesOf(Array.isArray(value) ? value.length : 0)
    case 'list':
      return Array.isArray(value) && value.length > 0 ? value.join(', ') : t.none
    case 'size':
      return typeof value === 'number' ? formatBytes(value) : String(value)
    case 'choice':
      return choiceText(String(value))
    default:
      return String(value)
  }
}

/** A choice with its meaning, if that is known. */
export function choiceText(value: string): string {
  return Object.hasOwn(t.choices, value) ? `${value} · ${t.choices[value as keyof typeof t.choices]}` : value
}

/** A typed number of seconds as a duration, such as "2 h" for 7200; undefined if it is invalid. */
export function durationText(text: string): string | undefined {
  const seconds = secondsOf(text)
  return seconds === undefined ? undefined : formatDuration(seconds)
}

/** A typed size as the exact number of bytes; undefined if it is invalid. */
export function byteCountText(text: string): string | undefined {
  const bytes = bytesOf(text)
  return bytes === undefined ? undefined : t.bytes(formatNumber(bytes))
}
