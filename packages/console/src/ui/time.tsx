import { formatRelative, formatTime } from '../i18n/format.ts'

interface TimeProps {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Show "2 minutes ago" with the date as the tooltip, instead of the other way round. */
  readonly relative?: boolean | undefined
}

/** A date and time. */
export function Time({ at, relative = false }: TimeProps) {
  const absolute = formatTime(at)
  const ago = formatRelative(at, Date.now())
  return (
    <time class="numbers" dateTime={new Date(at).toISOString()} title={relative ? absolute : ago}>
      {relative ? ago : absolute}
    </time>
  )
}
