import { type Logger, pino } from 'pino'
import type { Mode } from '../settings.ts'

/** Whatever might carry a credential, wherever it might be logged. */
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
 * What looks like one of our credentials: an api key, a refresh token, or three parts of base64url with dots between
 * them, as access tokens, login tickets and upload tickets are. One that a `…` cut short still is one.
 */
const CREDENTIAL =
  /cs_CS[0-9a-f]{24}_[\w-]+|(?<![\w-])(?:[\w-]{22}\.[\w-]{54}(?![\w-])|[\w-]{8,}\.[\w-]{16,}(?:\.[\w-]{16,}|(?:\.[\w-]*)?…))/g

// biome-ignore lint/suspicious/noControlCharactersInRegex: showing them is the point
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g

/** What `denials.ts` puts into a line about a request that the rules refused. */
interface LoggedDenial {
  readonly tree: readonly string[]
  readonly case?: unknown
}

/**
 * The server's log, on the standard error output: JSON lines for `start`, short readable lines for `dev`. What a client
 * sends never gets in as such; the redaction is a second net, for a credential that somebody sent as something else and
 * that a message repeats.
 */
export function createLog(mode: Mode, write: (line: string) => void = toStderr): Logger {
  const stream = {
    write(line: string) {
      const safe = line.replaceAll(CREDENTIAL, '[redacted]')
      write(mode === 'start' ? safe : readable(safe))
    },
  }
  return pino({ level: 'info', base: null, redact: { paths: REDACTED, censor: '[redacted]' } }, stream)
}

function toStderr(line: string): void {
  process.stderr.write(line)
}

function readable(line: string): string {
  const {
    level,
    time: _time,
    msg,
    err,
    denial,
    ...details
  } = JSON.parse(line) as {
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
  const first = oneLine([mark, msg, ...shown].join(' '))
  const whole = err?.stack === undefined ? first : `${first} ${err.stack}`
  return `${[whole, ...(denial === undefined ? [] : denialLines(denial))].join('\n')}\n`
}

function denialLines({ tree, case: ruleCase }: LoggedDenial): readonly string[] {
  const lines = ruleCase === undefined ? tree : [...tree, `as a test case: ${JSON.stringify(ruleCase)}`]
  return lines.map((line) => `    ${oneLine(line)}`)
}

/** Nothing that a value brings along begins a line of its own, or means anything to a terminal. */
function oneLine(text: string): string {
  return text.replaceAll(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
