import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Progress } from '../migrate/progress.ts'
import { migrationOutput } from './migrate-output.ts'

const copying: Progress = {
  phase: 'copying',
  done: { records: 1_200, files: 3, bytes: 5 * 1024 * 1024 },
  total: { records: 4_000, files: 10, bytes: 3 * 1024 ** 3 },
  percent: 12.5,
  secondsLeft: 3_700,
}
const textOf = (percent: number) =>
  `copying: 1200 of 4000 records, 3 of 10 files, 5.0 MiB of 3.0 GiB, ${percent} %, 1 h 1 min left`

/** What is printed for progress at these times, whose percentage is the number of the call. */
function printed(kind: { readonly json?: boolean; readonly width?: number }, times: readonly number[]): string {
  let text = ''
  let now = 0
  const write = (more: string) => {
    text += more
  }
  const output = migrationOutput({ json: kind.json === true, width: kind.width, write, now: () => now })
  for (const [at, time] of times.entries()) {
    now = time
    output.progress({ ...copying, percent: at })
  }
  output.upToDate()
  output.end()
  return text
}

test('elsewhere than on a terminal there is a line every few seconds', () => {
  const lines = printed({}, [0, 999, 4_999, 5_000, 9_000]).split('\n')
  assert.deepEqual(lines.slice(0, 2), [textOf(0), textOf(3)])
  assert.match(lines[2] ?? '', /^The copy is up to date .* Stop the server of the source now/)
  assert.deepEqual(lines.slice(3), [''])
})

test('on a terminal one line shows the progress, once a second, cut to its width', () => {
  const line = (percent: number) => `\r\x1b[K${textOf(percent).slice(0, 74)}`
  assert.ok(printed({ width: 75 }, [0, 500, 1_000]).startsWith(`${line(0)}${line(2)}\r\x1b[KThe copy is up to date`))
})

test('--json prints one object per line', () => {
  const lines = printed({ json: true, width: 40 }, [0, 1, 5_000]).trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { event: 'progress', ...copying, percent: 0 },
      { event: 'progress', ...copying, percent: 2 },
      { event: 'up-to-date' },
    ],
  )
})

test('another phase is shown at once, and the same text once', () => {
  let text = ''
  let now = 0
  const write = (more: string) => {
    text += more
  }
  const output = migrationOutput({ json: false, width: undefined, write, now: () => now })
  for (const phase of ['measuring', 'copying', 'copying', 'following', 'verifying'] as const) {
    output.progress({ ...copying, phase, secondsLeft: 61 })
  }
  now = 60_000
  output.progress({ ...copying, phase: 'verifying' })
  const [, line] = text.split('\n')
  assert.equal(line, textOf(12.5).replace('1 h 1 min', '1 min 1 s'))
  assert.equal(text.split('\n').length, 5)
})
