import { type Logger, pino } from 'pino'

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
 * The server's log, on the standard error output: JSON lines for `start`, short readable lines for `dev`. What a client
 * sends never gets in as such; the redaction is a second net.
 */
export function createLog(mode: 'start' | 'dev', write: (line: string) => void = toStderr): Logger {
  const stream = { write: mode === 'start' ? write : (line: string) => write(readable(line)) }
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
    ...details
  } = JSON.parse(line) as {
    level: number
    time: number
    msg: string
    err?: { stack?: string }
  }
  const mark = level >= 40 ? '!' : '-'
  const shown = Object.entries(details).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `${[mark, msg, ...shown, err?.stack].filter((part) => part !== undefined).join(' ')}\n`
}
