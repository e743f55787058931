import type { FunctionCall, FunctionLogLine, ThrownError } from '@cloudstead/admin-api'
import { formatTime } from '../../i18n/format.ts'
import { classes } from '../../ui/classes.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Row, Stack } from '../../ui/stack.tsx'
import { readStack } from './stack.ts'
import { t } from './text.ts'

interface CallOutputProps {
  /** The name of the function. */
  readonly name: string
  readonly call: Pick<FunctionCall, 'lines' | 'error'>
}

/** What a call wrote and threw. */
export function CallOutput({ name, call: { lines, error } }: CallOutputProps) {
  return (
    <Stack>
      {error !== undefined && <Thrown name={name} error={error} />}
      <section aria-label={t.output}>
        <h3>{t.output}</h3>
        {lines.length === 0 ? <p class="muted">{t.noOutput}</p> : <Lines lines={lines} />}
      </section>
    </Stack>
  )
}

export function Lines({ lines }: { readonly lines: readonly FunctionLogLine[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable box must be reachable by keyboard
    <div class="call-lines mono" role="group" tabIndex={0} aria-label={t.output}>
      {lines.map(({ time, stream, text }, index) => (
        <p key={index} class={classes(stream === 'stderr' && 'is-stderr')}>
          <time class="muted" dateTime={new Date(time).toISOString()} title={formatTime(time)}>
            {clockOf(time)}
          </time>
          <span class="call-stream muted">{stream}</span>
          <span class="call-text">{text}</span>
        </p>
      ))}
    </div>
  )
}

/** Hours to milliseconds, in the user's time zone. */
function clockOf(time: number): string {
  const at = new Date(time)
  const parts = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0'))
  return `${parts.join(':')}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

/** An error with the file and the line where it was thrown, and the calls that led there. */
function Thrown({ name, error }: { readonly name: string; readonly error: ThrownError }) {
  const { stack = '' } = error
  const { place, frames } = readStack(stack, name)
  return (
    <section class="thrown" aria-label={t.stack}>
      <p class="wrap">
        <strong class="mono">{error.name}</strong>: <bdi class="call-text">{error.message}</bdi>
      </p>
      {place !== undefined && (
        <p class="wrap">
          {t.thrownAt}{' '}
          <strong class="mono">
            {place.file}:{place.line}
          </strong>
        </p>
      )}
      {frames.length > 0 && (
        <ol class="mono">
          {frames.map(({ caller, file, line, column, own }, index) => (
            <li key={index} class={classes('wrap', !own && 'muted')}>
              {caller !== undefined && `${caller} `}
              {file}:{line}:{column}
            </li>
          ))}
        </ol>
      )}
      {stack !== '' && (
        <Row>
          <CopyButton text={stack}>{t.copyStack}</CopyButton>
        </Row>
      )}
    </section>
  )
}
