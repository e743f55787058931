import { formatRelative, formatTime } from '../i18n/format.ts'
import { language } from '../i18n/language.ts'

export interface TimeProps {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** "2 minutes ago" in the text and the date as its title, instead of the other way round. */
  readonly relative?: boolean | undefined
}

/** A moment. */
export function Time({ at, relative = false }: TimeProps) {
  const absolute = formatTime(at, language())
  const ago = formatRelative(at, Date.now(), language())
  return (
    <time class="numbers" dateTime={new Date(at).toISOString()} title={relative ? absolute : ago}>
      {relative ? ago : absolute}
    </time>
  )
}
