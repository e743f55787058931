import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPasswords } from './password.ts'

test('hashes are salted, checked with their own parameters, and expensive', async () => {
  const cheap = createPasswords({ cost: 1024, blockSize: 8, parallelization: 1 })
  const dear = createPasswords()
  const [one, other, real] = [await cheap.hash('password'), await cheap.hash('password'), await dear.hash('password')]
  assert.notEqual(one.salt, other.salt)
  assert.notEqual(one.hash, other.hash)
  assert.ok(real.cost * real.blockSize * real.parallelization >= 2 ** 15 * 8 * 3)
  for (const stored of [one, real]) {
    assert.equal(await dear.matches('password', stored), true)
    assert.equal(await dear.matches('Password', stored), false)
  }
  assert.equal(await cheap.matches('password', { ...one, salt: other.salt }), false)
})

test('one hash is computed at a time, and a failure does not stop the next', async () => {
  const passwords = createPasswords({ cost: 1024, blockSize: 8, parallelization: 1 })
  const stored = await passwords.hash('password')
  const order: string[] = []
  const broken = passwords.matches('password', { ...stored, cost: 3 }).catch(() => order.push('broken'))
  const after = passwords.matches('password', stored).then((matches) => order.push(String(matches)))
  await Promise.all([broken, after])
  assert.deepEqual(order, ['broken', 'true'])
})
