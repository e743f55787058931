import { formatRelative, formatTime } from '../i18n/format.ts'

interface TimeProps {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Show "2 minutes ago" with the date as the tooltip, instead of the other way round. */
  readonly relative?: boolean | undefined
  /** The time for "ago". A component that reads texts renders again only if a property has changed, so pass it to update it. */
  readonly now?: number | undefined
}

/** A date and time. */
export function Time({ at, relative = false, now = Date.now() }: TimeProps) {
  const absolute = formatTime(at)
  const ago = formatRelative(at, now)
  return (
    <time class="numbers" dateTime={new Date(at).toISOString()} title={relative ? absolute : ago}>
      {relative ? ago : absolute}
    </time>
  )
}
