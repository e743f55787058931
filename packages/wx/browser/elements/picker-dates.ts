import { clamp } from './dom.ts'

export type Fields = 'year' | 'month' | 'day'

/** The years of a date picker without `start` and `end`. */
const FIRST_YEAR = 1900
const LAST_YEAR = 2100

interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** Reads `2026-11-22`, `2026-11` or `2026`; undefined for anything else. */
export function parseDay(text: string): Day | undefined {
  const found = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/.exec(text.trim())
  if (found === null) return undefined
  return { year: Number(found[1]), month: Number(found[2] ?? 1), day: Number(found[3] ?? 1) }
}

/** The rows of the year, month and day wheels while `at` is selected. */
export function dayColumns(at: Day, start: Day | undefined, end: Day | undefined): readonly (readonly number[])[] {
  const low = start ?? { year: FIRST_YEAR, month: 1, day: 1 }
  const high = end ?? { year: LAST_YEAR, month: 12, day: 31 }
  const year = clamp(at.year, low.year, high.year)
  const months = range(year === low.year ? low.month : 1, year === high.year ? high.month : 12)
  const month = clamp(at.month, months[0] ?? 1, months.at(-1) ?? 12)
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const isFirst = year === low.year && month === low.month
  const isLast = year === high.year && month === high.month
  const days = range(isFirst ? low.day : 1, isLast ? Math.min(high.day, length) : length)
  return [range(low.year, high.year), months, days]
}

export function formatDay({ year, month, day }: Day, fields: Fields): string {
  const parts = [String(year).padStart(4, '0'), two(month), two(day)]
  return parts.slice(0, { year: 1, month: 2, day: 3 }[fields]).join('-')
}

/** `08:30` as minutes since midnight. */
export function parseTime(text: string): number | undefined {
  const found = /^(\d{1,2}):(\d{1,2})$/.exec(text.trim())
  return found === null ? undefined : Number(found[1]) * 60 + Number(found[2])
}

/** The rows of the hour and minute wheels between two times, while `at` is selected; all in minutes since midnight. */
export function timeColumns(at: number, start: number, end: number): readonly (readonly number[])[] {
  const hour = clamp(Math.floor(at / 60), Math.floor(start / 60), Math.floor(end / 60))
  const first = hour === Math.floor(start / 60) ? start % 60 : 0
  const last = hour === Math.floor(end / 60) ? end % 60 : 59
  return [range(Math.floor(start / 60), Math.floor(end / 60)), range(first, last)]
}

export function formatTime(minutes: number): string {
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

export function two(value: number): string {
  return String(value).padStart(2, '0')
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}
