import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CallContext, createCallTokens } from './call-token.ts'

const CALL: CallContext = {
  requestId: 'r'.repeat(128),
  function: 'f'.repeat(60),
  depth: 3,
  origin: `https://${'x'.repeat(253)}:65535`,
  person: { uid: 'u'.repeat(36), openid: 'o'.repeat(28), customUserId: '用'.repeat(32), loginType: 'CUSTOM' },
  sourceIp: '2001:0db8:0000:0000:0000:ff00:0042:8329',
}

test('a token gives back its call, and is short enough for a variable', () => {
  const tokens = createCallTokens()
  const token = tokens.issue(CALL)
  assert.match(token, /^[\w.-]{1,2047}$/)
  assert.deepEqual(tokens.open(token), CALL)
  const nobody = { ...CALL, person: null }
  assert.deepEqual(tokens.open(tokens.issue(nobody)), nobody)
})

test('any other value is no token: changed, of another process, of another type', () => {
  const tokens = createCallTokens()
  const token = tokens.issue(CALL)
  const [payload = '', signature = ''] = token.split('.')
  const deeper = Buffer.from(JSON.stringify({ ...CALL, depth: 0 })).toString('base64url')
  const others = [
    ...[createCallTokens().issue(CALL), `${deeper}.${signature}`, `${payload}.`, payload, `.${signature}`],
    ...[`${token}A`, ` ${token}`, token.slice(0, -1), `${payload}.${signature.toLowerCase()}`, 'A'.repeat(100_000)],
    ...['', undefined, null, 5, {}, [token]],
  ]
  for (const other of others) assert.equal(tokens.open(other), undefined, String(other).slice(0, 50))
})
