import assert from 'node:assert/strict'
import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { KeyRing, SecretKey } from '../secrets.ts'
import { createSignedTokens } from './signed-token.ts'

function ring(...kids: string[]): KeyRing {
  const all = kids.map((kid) => ({ kid, secret: createSecretKey(randomBytes(32)) }))
  const [current] = all as [SecretKey, ...SecretKey[]]
  return { current, all, find: (kid) => all.find((key) => key.kid === kid) }
}

const NOW = 1_795_000_000_000
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs any header and payload by hand. */
function forge(header: object, payload: object, secret: KeyObject, hash = 'sha256'): string {
  const input = `${part(header)}.${part(payload)}`
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`
}

describe('signed tokens', () => {
  const keys = ring('kid1')
  const tokens = createSignedTokens({ ring: keys, now: () => NOW })
  const exp = NOW / 1000 + 60
  const { secret } = keys.current

  it('open to the signed claims', () => {
    const opened = tokens.open(tokens.sign({ sub: 'alice' }, 60))
    assert.deepEqual(opened, { claims: { sub: 'alice', iat: NOW / 1000, exp }, expired: false })
    assert.ok(tokens.open(forge({ alg: 'HS256', typ: 'JWT', kid: 'kid1' }, { exp }, secret)), 'the forger works')
  })

  it('are marked as expired, also when they were opened before', () => {
    let now = NOW
    const clocked = createSignedTokens({ ring: keys, now: () => now })
    const token = clocked.sign({ sub: 'alice' }, 60)
    assert.equal(clocked.open(token)?.expired, false)
    now = NOW + 59_999
    assert.equal(clocked.open(token)?.expired, false)
    now = NOW + 60_000
    assert.equal(clocked.open(token)?.expired, true)
  })

  it('the algorithm is pinned: the one in the header is not used', () => {
    for (const alg of ['none', 'HS384', 'HS512', 'RS256', 'hs256', '', null, undefined]) {
      const header = { alg, typ: 'JWT', kid: 'kid1' }
      for (const hash of ['sha256', 'sha384', 'sha512']) {
        assert.equal(tokens.open(forge(header, { sub: 'eve', exp }, secret, hash)), undefined, `${alg} ${hash}`)
      }
      assert.equal(tokens.open(`${part(header)}.${part({ sub: 'eve', exp })}.`), undefined, `${alg} unsigned`)
    }
  })

  it('the key is found by kid, and only in the ring of this purpose', () => {
    const other = ring('kid1')
    const stranger = createSignedTokens({ ring: other, now: () => NOW })
    assert.equal(stranger.open(tokens.sign({}, 60)), undefined)
    for (const kid of ['kid2', '', undefined, 1, ['kid1'], '__proto__', '../kid1']) {
      assert.equal(tokens.open(forge({ alg: 'HS256', typ: 'JWT', kid }, { exp }, secret)), undefined, String(kid))
    }
  })

  it('keys rotate: the newest signs, tokens of older ones in the ring still open', () => {
    const old = ring('old')
    const token = createSignedTokens({ ring: old, now: () => NOW }).sign({ sub: 'alice' }, 60)
    const fresh = ring('new')
    const all = [fresh.current, old.current]
    const both: KeyRing = { current: fresh.current, all, find: (kid) => all.find((key) => key.kid === kid) }
    const rotated = createSignedTokens({ ring: both, now: () => NOW })
    assert.equal(rotated.open(token)?.claims.sub, 'alice')
    assert.equal(
      createSignedTokens({ ring: fresh, now: () => NOW }).open(rotated.sign({ sub: 'bob' }, 60))?.claims.sub,
      'bob',
    )
    assert.equal(createSignedTokens({ ring: fresh, now: () => NOW }).open(token), undefined)
  })

  it('a token without an expiry is invalid', () => {
    const header = { alg: 'HS256', typ: 'JWT', kid: 'kid1' }
    for (const payload of [{ sub: 'a' }, { exp: `${exp}` }, { exp: null }, []]) {
      assert.equal(tokens.open(forge(header, payload, secret)), undefined, JSON.stringify(payload))
    }
  })

  it('property: no edited token and no other text opens', () => {
    const token = tokens.sign({ sub: 'alice' }, 60)
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.string({ minLength: 1, maxLength: 1 }),
        fc.string(),
        (at, char, text) => {
          const edited = token.slice(0, at) + char + token.slice(at + 1)
          // The last character of a signature has two unused bits.
          if (edited !== token && at < token.length - 1) assert.equal(tokens.open(edited), undefined, edited)
          assert.equal(tokens.open(text), undefined)
          assert.equal(tokens.open(`${text}.${text}.${text}`), undefined)
        },
      ),
    )
    assert.equal(tokens.open(`${token}${'A'.repeat(5000)}`), undefined)
  })
})
