import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Caller } from './caller.ts'
import { parseCloudPath } from './cloud-path.ts'
import { CloudsteadError, type ErrorCode } from './errors.ts'
import { openUploadTicket, sealUploadTicket, type UploadTicket } from './upload-ticket.ts'

const ENV = 'demo-1abcde'
const KEY = { kid: 'k1', secret: createSecretKey(randomBytes(32)) }
const NOW = 1_700_000_000_000
const find = (kid: string) => (kid === KEY.kid ? KEY : undefined)

const callers: readonly Caller[] = [
  { kind: 'user', uid: 'u1', openid: 'o1', loginType: 'WECHAT_OPEN', sessionId: 's1' },
  { kind: 'user', uid: 'u1', customUserId: '张三', loginType: 'CUSTOM', sessionId: 's1' },
  { kind: 'admin', keyId: 'a1' },
  { kind: 'nobody' },
]

function ticketFor(caller: Caller): UploadTicket {
  return { env: ENV, path: parseCloudPath('users/u1/图 1.jpg'), caller, maxSize: 1000, expires: NOW + 1000 }
}

const refusedWith = (code: ErrorCode) => (error: unknown) => error instanceof CloudsteadError && error.code === code

for (const caller of callers) {
  test(`a ticket of ${JSON.stringify(caller)} round-trips and is safe in a URL`, () => {
    const sealed = sealUploadTicket(KEY, ticketFor(caller))
    assert.match(sealed, /^[A-Za-z0-9._-]+$/)
    assert.deepEqual(openUploadTicket(find, ENV, sealed, NOW), ticketFor(caller))
  })
}

test('a ticket expires', () => {
  const sealed = sealUploadTicket(KEY, ticketFor({ kind: 'nobody' }))
  assert.throws(() => openUploadTicket(find, ENV, sealed, NOW + 1000), refusedWith('STORAGE_SIGN_EXPIRED'))
})

test('property: any edit of one character is refused', () => {
  const sealed = sealUploadTicket(KEY, ticketFor({ kind: 'nobody' }))
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.constantFrom(...'ABCXYZabcxyz0189._-%?'), (at, character) => {
      fc.pre(sealed[at] !== character)
      const edited = sealed.slice(0, at) + character + sealed.slice(at + 1)
      assert.throws(() => openUploadTicket(find, ENV, edited, NOW), refusedWith('STORAGE_SIGN_PARAM_INVALID'))
    }),
  )
})

test('a ticket of another environment, with an unknown key, or with something appended is refused', () => {
  const sealed = sealUploadTicket(KEY, ticketFor({ kind: 'nobody' }))
  const invalid = refusedWith('STORAGE_SIGN_PARAM_INVALID')
  assert.throws(() => openUploadTicket(find, 'other-env', sealed, NOW), invalid)
  assert.throws(() => openUploadTicket(() => undefined, ENV, sealed, NOW), invalid)
  for (const suffix of ['?x=1', '/', '\n', 'A']) {
    assert.throws(() => openUploadTicket(find, ENV, sealed + suffix, NOW), invalid)
  }
})

test('RustFS GHSA-w5fh: the ticket binds path, size and expiry; nothing outside it can change them', () => {
  const sealed = sealUploadTicket(KEY, ticketFor({ kind: 'nobody' }))
  const [kid, payload = '', mac] = sealed.split('.')
  const wire = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[]
  for (const index of wire.keys()) {
    const forged = wire.with(index, index === 1 ? 'users/victim/a.jpg' : 9_999_999_999_999)
    const text = `${kid}.${Buffer.from(JSON.stringify(forged)).toString('base64url')}.${mac}`
    assert.throws(() => openUploadTicket(find, ENV, text, NOW), refusedWith('STORAGE_SIGN_PARAM_INVALID'))
  }
})

test('a ticket for a new file only says so', () => {
  const ticket = { ...ticketFor({ kind: 'nobody' }), onlyNew: true }
  assert.deepEqual(openUploadTicket(find, ENV, sealUploadTicket(KEY, ticket), NOW), ticket)
})
