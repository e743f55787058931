import assert from 'node:assert/strict'
import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type CloudPath, parseCloudPath } from './cloud-path.ts'
import { objectIdOf, objectPathname, signObjectPathname, verifyObjectSignature } from './object-url.ts'

const ENV = 'demo-1abcde'
const newKey = () => ({ secret: createSecretKey(randomBytes(32)) })
const KEY = newKey()
const addressOf = (path: CloudPath) => objectPathname(objectIdOf(ENV, path), path)
const NOW = 1_700_000_000_000

function signed(pathname: string, expires: number) {
  const query = new URLSearchParams(signObjectPathname(KEY, ENV, pathname, expires))
  return { sign: query.get('sign') ?? '', t: query.get('t') ?? '' }
}

test('property: every address is ASCII without % whatever the name, so that encoding it twice changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }), (name) => {
      const pathname = addressOf(name as CloudPath)
      assert.match(pathname, /^\/o\/[A-Za-z0-9_-]{32}\/[A-Za-z0-9-]{1,40}(\.[a-z0-9]{1,10})?$/)
      assert.equal(encodeURI(encodeURI(pathname)), pathname)
    }),
  )
})

test('the slug keeps what is readable', () => {
  const at = (path: string) => addressOf(parseCloudPath(path)).split('/')[3]
  assert.equal(at('users/a/My holiday (1).JPG'), 'My-holiday-1.jpg')
  assert.equal(at('users/a/图片.png'), 'file.png')
  assert.equal(at('users/a/README'), 'README')
  assert.equal(at('users/a/.env'), 'env')
})

test('an object id depends on the environment and on the whole path', () => {
  const path = parseCloudPath('users/a/1.jpg')
  assert.equal(objectIdOf(ENV, path), objectIdOf(ENV, path))
  assert.notEqual(objectIdOf(ENV, path), objectIdOf('other-env', path))
  assert.notEqual(objectIdOf(ENV, path), objectIdOf(ENV, parseCloudPath('users/a/1.JPG')))
})

test('a signature holds until its second and not after', () => {
  const pathname = addressOf(parseCloudPath('users/a/1.jpg'))
  const expires = NOW / 1000 + 10
  const { sign, t } = signed(pathname, expires)
  assert.match(sign, /^[0-9a-f]{32}$/)
  assert.equal(verifyObjectSignature([KEY], ENV, pathname, sign, t, NOW), 'valid')
  assert.equal(verifyObjectSignature([KEY], ENV, pathname, sign, t, expires * 1000 - 1), 'valid')
  assert.equal(verifyObjectSignature([KEY], ENV, pathname, sign, t, expires * 1000), 'expired')
})

test('any edit is refused: time, path, environment, key, another spelling', () => {
  const pathname = addressOf(parseCloudPath('users/a/1.jpg'))
  const { sign, t } = signed(pathname, NOW / 1000 + 10)
  const judge = (p: string, s: string, time: string, env = ENV) => verifyObjectSignature([KEY], env, p, s, time, NOW)
  assert.equal(judge(pathname, sign, String(Number(t) + 1)), 'invalid')
  assert.equal(judge(pathname, sign, `0${t}`), 'invalid')
  assert.equal(judge(pathname, sign, `${t} `), 'invalid')
  assert.equal(judge(pathname, sign.toUpperCase(), t), 'invalid')
  assert.equal(judge(pathname, '', ''), 'invalid')
  assert.equal(judge(`${pathname}x`, sign, t), 'invalid')
  assert.equal(judge(pathname, sign, t, 'other-env'), 'invalid')
  const foreign = [newKey()]
  assert.equal(verifyObjectSignature(foreign, ENV, pathname, sign, t, NOW), 'invalid')
})

test('a rotated key still verifies', () => {
  const pathname = addressOf(parseCloudPath('users/a/1.jpg'))
  const { sign, t } = signed(pathname, NOW / 1000 + 10)
  assert.equal(verifyObjectSignature([newKey(), KEY], ENV, pathname, sign, t, NOW), 'valid')
})

test('property: a signature is the HMAC-SHA256 of Node, for keys and texts of any length', () => {
  const sizes = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.string({ maxLength: 900 }), fc.nat())
  fc.assert(
    fc.property(sizes, ([bytes, pathname, seconds]) => {
      const secret = createSecretKey(bytes)
      const expected = createHmac('sha256', secret).update(`GET\n${ENV}\n${pathname}\n${seconds}`).digest('hex')
      const { searchParams } = new URL(`http://x/?${signObjectPathname({ secret }, ENV, pathname, seconds)}`)
      assert.equal(searchParams.get('sign'), expected.slice(0, 32))
    }),
  )
})
