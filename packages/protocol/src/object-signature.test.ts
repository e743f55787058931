import assert from 'node:assert/strict'
import { createCipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCloudPath } from './cloud-path.ts'
import { signObjects, verifyObjectSignature } from './object-signature.ts'
import { objectIdOf } from './object-url.ts'

const ENV = 'demo-1abcde'
const newKey = () => ({ secret: createSecretKey(randomBytes(32)) })
const KEY = newKey()
const NOW = 1_700_000_000_000
const OBJECT = objectIdOf(ENV, parseCloudPath('users/a/1.jpg'))

function partsOf(query: string | undefined) {
  const { searchParams } = new URL(`http://x/?${query}`)
  return { sign: searchParams.get('sign') ?? '', t: searchParams.get('t') ?? '' }
}

function signed(objectId: string, expires: number) {
  return partsOf(signObjects(KEY, ENV, [{ objectId, expires }])[0])
}

test('a signature is valid until its expiry', () => {
  const expires = NOW / 1000 + 10
  const { sign, t } = signed(OBJECT, expires)
  assert.match(sign, /^[0-9a-f]{32}$/)
  assert.equal(verifyObjectSignature([KEY], ENV, OBJECT, sign, t, NOW), 'valid')
  assert.equal(verifyObjectSignature([KEY], ENV, OBJECT, sign, t, expires * 1000 - 1), 'valid')
  assert.equal(verifyObjectSignature([KEY], ENV, OBJECT, sign, t, expires * 1000), 'expired')
})

test('any change is refused: time, object, environment, key, another encoding', () => {
  const { sign, t } = signed(OBJECT, NOW / 1000 + 10)
  const judge = (id: string, s: string, time: string, env = ENV) => verifyObjectSignature([KEY], env, id, s, time, NOW)
  assert.equal(judge(OBJECT, sign, t), 'valid')
  assert.equal(judge(OBJECT, sign, String(Number(t) + 1)), 'invalid')
  assert.equal(judge(OBJECT, sign, `0${t}`), 'invalid')
  assert.equal(judge(OBJECT, sign, `${t} `), 'invalid')
  assert.equal(judge(OBJECT, sign.toUpperCase(), t), 'invalid')
  assert.equal(judge(OBJECT, '', ''), 'invalid')
  assert.equal(judge(objectIdOf(ENV, parseCloudPath('users/a/2.jpg')), sign, t), 'invalid')
  assert.equal(judge(`${OBJECT}x`, sign, t), 'invalid')
  assert.equal(judge(OBJECT.slice(1), sign, t), 'invalid')
  assert.equal(judge(OBJECT, sign, t, 'other-env'), 'invalid')
  assert.equal(verifyObjectSignature([newKey()], ENV, OBJECT, sign, t, NOW), 'invalid')
})

test('a rotated key still verifies', () => {
  const { sign, t } = signed(OBJECT, NOW / 1000 + 10)
  assert.equal(verifyObjectSignature([newKey(), KEY], ENV, OBJECT, sign, t, NOW), 'valid')
})

const PERMIT = fc.record({
  objectId: fc.uint8Array({ minLength: 24, maxLength: 24 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  expires: fc.integer({ min: 1, max: 999_999_999_999 }),
})

test('property: signing together or alone gives the same result, the CBC-MAC of two blocks', () => {
  fc.assert(
    fc.property(
      fc.array(PERMIT, { maxLength: 60 }),
      fc.uint8Array({ minLength: 1, maxLength: 100 }),
      (permits, bytes) => {
        const key = { secret: createSecretKey(bytes) }
        const together = signObjects(key, ENV, permits)
        assert.equal(together.length, permits.length)
        permits.forEach((permit, at) => {
          const { sign, t } = partsOf(together[at])
          assert.equal(sign, cbcMac(bytes, permit.objectId, permit.expires))
          assert.equal(verifyObjectSignature([key], ENV, permit.objectId, sign, t, 0), 'valid')
        })
      },
    ),
  )
})

/** The textbook definition: the last block of CBC with a zero initialization vector. */
function cbcMac(secret: Uint8Array, objectId: string, expires: number): string {
  const message = Buffer.alloc(32)
  Buffer.from(objectId, 'base64url').copy(message)
  message.writeBigUInt64BE(BigInt(expires), 24)
  const key = createHmac('sha256', secret).update(`temporary URLs\n${ENV}`).digest()
  const cipher = createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false)
  return cipher.update(message).subarray(16).toString('hex')
}

test('property: two different permits never share a signature', () => {
  fc.assert(
    fc.property(PERMIT, PERMIT, (one, other) => {
      fc.pre(one.objectId !== other.objectId || one.expires !== other.expires)
      const [first, second] = signObjects(KEY, ENV, [one, other]).map((query) => partsOf(query).sign)
      assert.notEqual(first, second)
    }),
  )
})

test('an id of another length is refused, not truncated', () => {
  assert.throws(() => signObjects(KEY, ENV, [{ objectId: 'short', expires: 1 }]), RangeError)
})
