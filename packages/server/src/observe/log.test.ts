import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mode } from '../settings.ts'
import { createLog } from './log.ts'

function logged(mode: Mode, details: object): string {
  let text = ''
  createLog({
    mode,
    write: (line) => {
      text += line
    },
  }).info(details, 'refused')
  return text
}

const part = (length: number) => 'aB3_-xyz'.repeat(10).slice(0, length)

const CREDENTIALS: readonly (readonly [what: string, value: string])[] = [
  ['an api key', `cs_CS${'0a'.repeat(12)}_${part(43)}`],
  ['an access token', `${part(60)}.${part(70)}.${part(43)}`],
  ['an upload ticket', `0123456789ab.${part(60)}.${part(43)}`],
  ['a refresh token', `${part(22)}.${part(54)}`],
]

for (const [what, value] of CREDENTIALS) {
  for (const mode of ['start', 'dev'] as const) {
    test(`${mode}: ${what} inside a string is redacted, the rest of the line is logged`, () => {
      const text = logged(mode, { code: 'INVALID_ACTION', reason: `the action "${value}" is not supported` })
      assert.ok(!text.includes(value))
      assert.match(text, /INVALID_ACTION/)
      assert.match(text, /the action .*\[redacted\].* is not supported/)
    })
  }
}

for (const [what, value] of CREDENTIALS) {
  test(`${what} that is cut off at the end is redacted too`, () => {
    const text = logged('start', { reason: `${value.slice(0, -3)}… is not the caller` })
    assert.match(text, /"\[redacted\]…? is not the caller/)
  })
}

test('ids, paths, times and stack traces are not redacted', () => {
  const reason = 'write users/pxrvennvygga6hmjjt43vwb8u3ajmwfcnk85/2026.11.22.jpg at file:///a/b/dist/main.js:12:3'
  assert.ok(logged('start', { reason }).includes(reason))
})

test('searching a long string without dots takes linear time', () => {
  const started = performance.now()
  logged('start', { reason: 'a'.repeat(1_000_000) })
  assert.ok(performance.now() - started < 2000)
})

test('a member named like a credential is redacted, whatever it holds', () => {
  assert.ok(!logged('start', { body: { secret: 'hush' } }).includes('hush'))
})
