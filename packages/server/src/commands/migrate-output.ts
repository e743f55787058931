/** What `cloudstead migrate` prints. */
import type { MigrationReport } from '../migrate/migrate.ts'
import type { Phase, Progress } from '../migrate/progress.ts'

export interface MigrationOutputOptions {
  /** One JSON object per line. */
  readonly json: boolean
  readonly write: (text: string) => void
  /** Of the terminal, in characters; absent when the output is none. */
  readonly width: number | undefined
  /** Milliseconds, from any time on. */
  readonly now: () => number
}

export interface MigrationOutput extends MigrationReport {
  /** @param text for people; may have several lines */
  say(event: string, details: object, text: string): void
  /** Ends the line that shows the progress. */
  end(): void
}

/** On a terminal one line shows the progress and is written again; elsewhere each line stays. */
const TERMINAL_EVERY_MS = 1_000
const LINES_EVERY_MS = 5_000

const PHASES: Readonly<Record<Phase, string>> = {
  measuring: 'counting what there is to copy',
  copying: 'copying',
  following: 'following the changes',
  finishing: 'copying the rest',
  verifying: 'verifying',
}

export function migrationOutput({ json, write, width, now }: MigrationOutputOptions): MigrationOutput {
  const isTerminal = width !== undefined && !json
  const every = isTerminal ? TERMINAL_EVERY_MS : LINES_EVERY_MS
  let shownAt = Number.NEGATIVE_INFINITY
  let shown: Phase | undefined
  let lastLine: string | undefined
  /** The progress is on the current line of the terminal. */
  let isOpen = false

  function line(text: string): void {
    write(isOpen ? `\r\x1b[K${text}\n` : `${text}\n`)
    isOpen = false
  }

  const say = (event: string, details: object, text: string): void =>
    line(json ? JSON.stringify({ event, ...details }) : text)

  return {
    say,
    end() {
      if (isOpen) write('\n')
      isOpen = false
    },
    progress(progress) {
      if (progress.phase === shown && now() - shownAt < every) return
      shownAt = now()
      shown = progress.phase
      if (json) return line(JSON.stringify({ event: 'progress', ...progress }))
      const text = progressText(progress)
      if (isTerminal) {
        write(`\r\x1b[K${text.slice(0, width - 1)}`)
        isOpen = true
      } else if (text !== lastLine) line(text)
      lastLine = text
    },
    began: (isNew) => say('began', { isNew }, isNew ? 'The copy begins.' : 'The copy goes on where it ended.'),
    upToDate: () =>
      say(
        'up-to-date',
        {},
        'The copy is up to date and follows the changes. Stop the server of the source now; the rest takes some seconds.',
      ),
  }
}

/** One line for people. */
function progressText({ phase, done, total, percent, secondsLeft }: Progress): string {
  if (phase !== 'copying') return PHASES[phase]
  const parts = [
    `${done.records} of ${total.records} records`,
    `${done.files} of ${total.files} files`,
    `${sizeText(done.bytes)} of ${sizeText(total.bytes)}`,
    `${percent} %`,
  ]
  if (secondsLeft !== undefined) parts.push(`${durationText(secondsLeft)} left`)
  return `${PHASES[phase]}: ${parts.join(', ')}`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
const UNIT = 1024

function sizeText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, bytes === 0 ? 0 : Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / UNIT ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`
}

function durationText(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)]
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}
