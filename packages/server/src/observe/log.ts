import { type Logger, pino } from 'pino'
import type { Mode } from '../settings.ts'
import { withSources } from './source-positions.ts'

/** Members that may hold a credential, at the top level and up to two levels below. */
const REDACTED = [
  'access_token',
  'refresh_token',
  'ticket',
  'secret',
  'secretKey',
  'apiKey',
  'private_key',
  'session_key',
  'authorization',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/**
 * Matches what looks like one of our credentials: an API key, a refresh token, or three parts of base64url separated by
 * dots, the form of access tokens, login tickets and upload tickets. Also matches one that is cut off with `…`.
 */
const CREDENTIAL =
  /cs_CS[0-9a-f]{24}_[\w-]+|(?<![\w-])(?:[\w-]{22}\.[\w-]{54}(?![\w-])|[\w-]{8,}\.[\w-]{16,}(?:\.[\w-]{16,}|(?:\.[\w-]*)?…))/g

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to be escaped
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g

/** From the most to the least detailed. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

export interface LogOptions {
  readonly mode: Mode
  /** The least important lines that are logged. */
  readonly level?: (typeof LOG_LEVELS)[number] | undefined
  readonly write?: (line: string) => void
}

/** The member `denial` of a log line that `denials.ts` writes. */
interface LoggedDenial {
  readonly tree: readonly string[]
  readonly case?: unknown
}

/**
 * The server's log on standard error: JSON lines in `start`, short readable lines in `dev`. Requests are never logged as
 * they are. Redaction is a second safeguard, for a credential that was sent in the wrong field and is quoted in a message.
 */
export function createLog({ mode, level = 'info', write = toStderr }: LogOptions): Logger {
  const stream = {
    write(line: string) {
      const safe = line.replaceAll(CREDENTIAL, '[redacted]')
      write(mode === 'start' ? safe : readable(safe))
    },
  }
  const redact = { paths: REDACTED, censor: '[redacted]' }
  return pino({ level, base: null, redact, serializers: { err: serializeError } }, stream)
}

function serializeError(error: Error): unknown {
  const shown = pino.stdSerializers.err(error)
  // Whatever was thrown comes here.
  if (typeof shown?.stack === 'string') shown.stack = withSources(shown.stack)
  return shown
}

function toStderr(line: string): void {
  process.stderr.write(line)
}

function readable(line: string): string {
  const { level, time, msg, err, denial, ...details } = JSON.parse(line) as {
    level: number
    time: number
    msg: string
    err?: { stack?: string }
    denial?: LoggedDenial
  }
  const mark = level >= 40 ? '!' : '-'
  const shown = Object.entries(details).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const first = oneLine([clock(time), mark, msg, ...shown].join(' '))
  const whole = err?.stack === undefined ? first : `${first} ${err.stack}`
  return `${[whole, ...(denial === undefined ? [] : denialLines(denial))].join('\n')}\n`
}

/** Hours, minutes and seconds in the time zone of the machine. */
function clock(time: number): string {
  return new Date(time).toTimeString().slice(0, 8)
}

function denialLines({ tree, case: ruleCase }: LoggedDenial): readonly string[] {
  const lines = ruleCase === undefined ? tree : [...tree, `as a test case: ${JSON.stringify(ruleCase)}`]
  return lines.map((line) => `    ${oneLine(line)}`)
}

/** Escapes control characters, so that no value can start a new line or send escape sequences to a terminal. */
function oneLine(text: string): string {
  return text.replaceAll(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
