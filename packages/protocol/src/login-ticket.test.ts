import assert from 'node:assert/strict'
import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { CloudsteadError } from './errors.ts'
import { parseLoginTicket, verifyLoginTicket } from './login-ticket.ts'

interface NodeSdk {
  init(config: object): { auth(): { createTicket(uid: string, options?: object): string } }
}
const sdk: NodeSdk = createRequire(import.meta.url)('@cloudbase/node-sdk')

const ENV = 'demo-1abcde'
const KEY_ID = 'key-0001'
const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
const large = generateKeyPairSync('rsa', { modulusLength: 2048 })

function realTicket(uid: string, key: KeyObject = large.privateKey, env = ENV): string {
  const private_key = key.export({ type: 'pkcs1', format: 'pem' })
  const credentials = { private_key_id: KEY_ID, private_key, env_id: env }
  return sdk.init({ env, credentials }).auth().createTicket(uid)
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A ticket with any header and payload, and a valid signature. */
function forge(payload: unknown, header: unknown = { alg: 'RS256', typ: 'JWT' }): string {
  const input = `${part(header)}.${part(payload)}`
  return `${KEY_ID}/@@/${input}.${createSign('RSA-SHA256').update(input).sign(large.privateKey, 'base64url')}`
}

const NOW = 1_795_000_000_000
const PAYLOAD = { alg: 'RS256', env: ENV, iat: NOW, exp: NOW + 600_000, uid: 'alice' }

function login(ticket: unknown, now = NOW): string {
  return verifyLoginTicket(parseLoginTicket(ticket), large.publicKey, { env: ENV, now })
}

function refusal(pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof CloudsteadError)
    assert.equal(error.code, 'AUTH_INVALID_CUSTOM_LOGIN_TICKET')
    assert.match(error.message, pattern)
    return true
  }
}

describe('tickets of the real SDK', () => {
  it('verify, with every kind of character in the uid', () => {
    for (const uid of ['alice', 'oABCdefGHIjklMNOpqrSTUvwxYZ1', '_-#@~=*(){}[]:.,<>+', '0'.repeat(32)]) {
      assert.equal(login(realTicket(uid), Date.now()), uid)
    }
  })

  it('verify with a key of 1024 bits, and with the public key as PEM', () => {
    const parsed = parseLoginTicket(realTicket('alice', small.privateKey))
    const pem = small.publicKey.export({ type: 'spki', format: 'pem' }) as string
    assert.equal(parsed.keyId, KEY_ID)
    assert.equal(verifyLoginTicket(parsed, pem, { env: ENV, now: Date.now() }), 'alice')
  })

  it('are valid for ten minutes, in milliseconds', () => {
    const ticket = realTicket('alice')
    const { issuedAt, expiresAt } = parseLoginTicket(ticket)
    assert.equal(expiresAt - issuedAt, 600_000)
    assert.equal(login(ticket, expiresAt - 1), 'alice')
    assert.throws(() => login(ticket, expiresAt), refusal(/expired/))
  })

  it('with another key or for another environment are refused', () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    assert.throws(() => login(realTicket('alice', other), Date.now()), refusal(/signature/))
    const elsewhere = realTicket('alice', large.privateKey, 'demo-other')
    assert.throws(() => login(elsewhere, Date.now()), refusal(/demo-other/))
  })
})

describe('forged tickets', () => {
  it('the forge function of this test can also create valid tickets', () =>
    assert.equal(login(forge(PAYLOAD)), 'alice'))

  it('the algorithm is fixed: none, HS256 with the public key as secret, RS512 and variants are refused', () => {
    const pem = large.publicKey.export({ type: 'spki', format: 'pem' }) as string
    const input = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(PAYLOAD)}`
    const hs256 = `${KEY_ID}/@@/${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`
    assert.throws(() => login(hs256), refusal(/RS256/))
    for (const alg of ['none', 'None', 'RS512', 'PS256', 'rs256', '', null, 5, ['RS256'], undefined]) {
      assert.throws(() => login(forge(PAYLOAD, { alg, typ: 'JWT' })), refusal(/RS256/), String(alg))
    }
    assert.throws(() => login(forge({ ...PAYLOAD, alg: 'none' })), refusal(/RS256/))
  })

  it('a changed payload under the old signature is refused', () => {
    const [head, , signature] = forge(PAYLOAD).split('.')
    assert.throws(() => login(`${head}.${part({ ...PAYLOAD, uid: 'mallory' })}.${signature}`), refusal(/signature/))
  })

  it('wrong types and values in any field are named', () => {
    const cases: [object, RegExp][] = [
      [{ uid: 'abc' }, /uid/],
      [{ uid: 'a'.repeat(33) }, /uid/],
      [{ uid: 'a/../b' }, /uid/],
      [{ uid: '用户甲乙' }, /uid/],
      [{ uid: 'alice\n' }, /uid/],
      [{ uid: 12345 }, /uid/],
      [{ uid: ['alice'] }, /uid/],
      [{ uid: undefined }, /uid/],
      [{ env: undefined }, /environment/],
      [{ env: { $ne: '' } }, /environment/],
      [{ exp: undefined }, /exp/],
      [{ exp: `${NOW + 1}` }, /exp/],
      [{ exp: 1e300 }, /exp/],
      [{ exp: -1 }, /exp/],
      [{ exp: Math.floor(NOW / 1000) + 600 }, /exp .* seconds/],
      [{ iat: null }, /iat/],
      [{ iat: Math.floor(NOW / 1000) }, /iat .* seconds/],
      [{ iat: NOW + 3_600_000, exp: NOW + 7_200_000 }, /clock/],
    ]
    for (const [change, pattern] of cases) {
      assert.throws(() => login(forge({ ...PAYLOAD, ...change })), refusal(pattern), JSON.stringify(change))
    }
  })

  it('anything that is not a ticket is refused with a reason', () => {
    const jwt = forge(PAYLOAD).split('/@@/')[1]
    const cases: [unknown, RegExp][] = [
      [undefined, /string/],
      [null, /string/],
      ['', /string/],
      [{ ticket: 'x' }, /string/],
      [jwt, /private_key_id/],
      [`/@@/${jwt}`, /private_key_id/],
      [`../../etc/@@/${jwt}`, /private_key_id/],
      [`${KEY_ID}/@@/`, /JWT/],
      [`${KEY_ID}/@@/a.b`, /JWT/],
      [`${KEY_ID}/@@/${jwt}.more`, /JWT/],
      [`${KEY_ID}/@@/a.b.c`, /JSON/],
      [forge([]), /object/],
      [forge(null), /object/],
      [forge(PAYLOAD, 'RS256'), /object/],
      [`${KEY_ID}/@@/${'a'.repeat(9000)}`, /longer/],
    ]
    for (const [ticket, pattern] of cases) {
      assert.throws(() => login(ticket), refusal(pattern), String(ticket))
    }
  })

  it('property: no string crashes the check or passes it', () => {
    fc.assert(
      fc.property(fc.string(), fc.anything(), fc.anything(), (text, header, payload) => {
        assert.throws(() => login(text), refusal(/./))
        const unsigned = `${KEY_ID}/@@/${part({ h: header })}.${part({ ...PAYLOAD, p: payload })}.AAAA`
        assert.throws(() => login(unsigned), refusal(/./))
      }),
    )
  })
})
