import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kitError } from './errors.ts'
import { HINTS, hintFor, type KitErrorCode, RECIPE_ERRORS } from './hints.ts'

test('every code has a one-line hint in both languages', () => {
  for (const [code, { en, zh }] of Object.entries(HINTS)) {
    assert.match(en, /^[ -~]+\.$/, code)
    assert.match(zh, /\p{Script=Han}.*[。]$/u, code)
    assert.deepEqual(hintFor(code as KitErrorCode), { en, zh })
  }
})

test('only transient errors are retryable', () => {
  const passing = Object.entries(HINTS).flatMap(([code, { retryable }]) => (retryable ? [code] : []))
  assert.deepEqual(passing.sort(), [
    'INTERRUPTED',
    'NETWORK_ERROR',
    'SERVER_ERROR',
    'STORAGE_REQUEST_FAIL',
    'TICKET_FAILED',
    'TIMEOUT',
    'TOO_MANY_REQUESTS',
    'UPLOAD_TICKET_EXPIRED',
    'URL_EXPIRED',
  ])
})

test('each row of the recipe has a code', () => {
  assert.deepEqual(
    RECIPE_ERRORS.map(({ row }) => row),
    ['R24', 'R25', 'R26', 'R27', 'R28'],
  )
  assert.ok(RECIPE_ERRORS.every(({ codes }) => codes.length > 0 && codes.every((code) => code in HINTS)))
})

test('an error has its hint, and a cause only if there is one', () => {
  assert.deepEqual(kitError('CANCELLED', 'm'), {
    code: 'CANCELLED',
    message: 'm',
    hint: hintFor('CANCELLED'),
    retryable: false,
  })
  assert.equal(kitError('TIMEOUT', 'm', 7).cause, 7)
})
