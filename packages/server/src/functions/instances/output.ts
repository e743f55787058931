/** What a function process writes, as lines of the call that they belong to. */
import { bytesOf, type LogLine } from '../call.ts'

/** Of one call. What follows is dropped, with a line that says so. */
const MAX_CALL_BYTES = 1024 * 1024
/** A longer line becomes several. */
const MAX_LINE = 16 * 1024

export type Stream = LogLine['stream']

export interface OutputOptions {
  /** The line that ends a call, as the host writes it. */
  readonly mark: string
  readonly now: () => number
  /** Each line as soon as it is there. */
  readonly line: (line: LogLine) => void
}

export interface Output {
  /** Takes what has arrived. */
  push(stream: Stream, text: string): void
  /** The lines of a new call follow. @returns a list to which they are added, also after the call, until the next one */
  begin(): readonly LogLine[]
  /** Resolves when both streams have passed the mark. */
  marked(): Promise<void>
  /** Nothing more arrives. */
  end(): void
}

/** Lines that are written before the first call belong to it. */
export function createOutput({ mark, now, line }: OutputOptions): Output {
  const rests: Record<Stream, string> = { stdout: '', stderr: '' }
  const marks: Record<Stream, number> = { stdout: 0, stderr: 0 }
  let expected = 0
  let waiting: (() => void) | undefined
  let lines: LogLine[] = []
  let bytes = 0
  let begun = false

  function add(stream: Stream, text: string): void {
    if (bytes > MAX_CALL_BYTES) return
    const written = { time: now(), stream, text }
    bytes += bytesOf(written)
    const isLast = bytes > MAX_CALL_BYTES
    const added = isLast ? { ...written, text: 'there was more output than 1 MB, and the rest is dropped' } : written
    lines.push(added)
    line(added)
  }

  function push(stream: Stream, text: string): void {
    if (bytes > MAX_CALL_BYTES) {
      skip(stream, text)
      return
    }
    let from = 0
    const whole = rests[stream] + text
    for (let to = whole.indexOf('\n'); to >= 0; to = whole.indexOf('\n', from)) {
      take(stream, whole.slice(from, to))
      from = to + 1
    }
    rests[stream] = whole.slice(from)
    if (rests[stream].length > MAX_LINE) {
      take(stream, rests[stream])
      rests[stream] = ''
    }
  }

  /** Looks only for the mark. */
  function skip(stream: Stream, text: string): void {
    const whole = rests[stream] + text
    let from = 0
    for (let at = whole.indexOf(mark); at >= 0; at = whole.indexOf(mark, from)) {
      from = at + mark.length
      passed(stream)
    }
    rests[stream] = whole.slice(from).slice(1 - mark.length)
  }

  function passed(stream: Stream): void {
    marks[stream]++
    if (Math.min(marks.stdout, marks.stderr) >= expected) waiting?.()
  }

  function take(stream: Stream, text: string): void {
    const ended = `${text}\n`.endsWith(mark)
    // What was written before the mark without a line end is a line of its own.
    const shown = ended ? text.slice(0, text.length + 1 - mark.length) : text
    for (let from = 0; from < shown.length || (!ended && from === 0); from += MAX_LINE) {
      add(stream, shown.slice(from, from + MAX_LINE).replace(/\r$/, ''))
    }
    if (ended) passed(stream)
  }

  return {
    push,
    begin() {
      if (begun) {
        lines = []
        bytes = 0
      }
      begun = true
      return lines
    },
    marked() {
      expected++
      if (Math.min(marks.stdout, marks.stderr) >= expected) return Promise.resolve()
      return new Promise((done) => {
        waiting = done
      })
    },
    end() {
      for (const stream of ['stdout', 'stderr'] as const) {
        if (rests[stream] !== '') take(stream, rests[stream])
        rests[stream] = ''
      }
      expected = 0
      waiting?.()
    },
  }
}
