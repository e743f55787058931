/** Formats numbers, sizes and times, in the current language by default. */
import { type Language, language } from './language.ts'

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', zh: 'zh-CN' }

/** Creating a formatter takes tens of microseconds, too long for every cell of a table. */
const made = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat | Intl.RelativeTimeFormat>()

function once<T extends Intl.DateTimeFormat | Intl.NumberFormat | Intl.RelativeTimeFormat>(
  key: string,
  make: () => T,
): T {
  const found = made.get(key)
  if (found !== undefined) return found as T
  const formatter = make()
  made.set(key, formatter)
  return formatter
}

/** @example formatNumber(12345, 'en') // '12,345' */
export function formatNumber(value: number, of: Language = language()): string {
  return once(`number ${of}`, () => new Intl.NumberFormat(LOCALES[of])).format(value)
}

/** Date and time to the second, in the user's time zone. */
export function formatTime(at: number, of: Language = language()): string {
  const formatter = once(
    `time ${of}`,
    () =>
      new Intl.DateTimeFormat(LOCALES[of], {
        year: 'numeric',
        month: of === 'en' ? 'short' : '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
      }),
  )
  return formatter.format(at)
}

/** Hours and minutes, in the user's time zone. */
export function formatClock(at: number, of: Language = language()): string {
  const formatter = once(
    `clock ${of}`,
    () => new Intl.DateTimeFormat(LOCALES[of], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  )
  return formatter.format(at)
}

const STEPS: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** @example formatRelative(now - 120_000, now, 'en') // '2 minutes ago' */
export function formatRelative(at: number, now: number, of: Language = language()): string {
  const seconds = (at - now) / 1_000
  const [unit, length] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ['second', 1]
  const formatter = once(`relative ${of}`, () => new Intl.RelativeTimeFormat(LOCALES[of], { numeric: 'auto' }))
  return formatter.format(Math.trunc(seconds / length), unit)
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const

/** A size with at most three significant digits. A KB has 1,024 bytes, as in the configuration file. @example '1.5 MB' */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes)
  let unit = 0
  // 1,023.5 would round to 1,024, which is 1 of the next unit.
  while (value >= 1_023.5 && unit < UNITS.length - 1) {
    value /= 1_024
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${bytes < 0 ? '-' : ''}${Number(value.toFixed(digits))} ${UNITS[unit]}`
}

const WORDS: Readonly<Record<Language, Readonly<Record<'d' | 'h' | 'm' | 's', string>>>> = {
  en: { d: ' d', h: ' h', m: ' min', s: ' s' },
  zh: { d: ' 天', h: ' 小时', m: ' 分钟', s: ' 秒' },
}

/** A duration in its two largest units. @example formatDuration(3_700, 'en') // '1 h 1 min' */
export function formatDuration(seconds: number, of: Language = language()): string {
  const words = WORDS[of]
  const whole = Math.max(0, Math.floor(seconds))
  const parts = [
    [Math.floor(whole / 86_400), words.d],
    [Math.floor((whole % 86_400) / 3_600), words.h],
    [Math.floor((whole % 3_600) / 60), words.m],
    [whole % 60, words.s],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first === -1) return `0${words.s}`
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count}${word}`)
    .join(' ')
}
