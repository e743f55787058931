import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { makeDirectory, shareSync } from './directory-sync.ts'

/** A sync that a test finishes by hand, in the order they began. */
function countingSync() {
  const running: PromiseWithResolvers<void>[] = []
  let begun = 0
  const sync = shareSync(() => {
    begun++
    const one = Promise.withResolvers<void>()
    running.push(one)
    return one.promise
  })
  return {
    sync,
    begun: () => begun,
    finish: () => running.shift()?.resolve(),
    fail: (error: Error) => running.shift()?.reject(error),
  }
}

/** Lets everything that is ready to run, run. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('shared directory syncs', () => {
  test('one caller syncs at once', async () => {
    const fake = countingSync()
    const done = fake.sync()
    assert.equal(fake.begun(), 1)
    fake.finish()
    await done
  })

  test('callers that come while a sync runs wait for the next one, and share it', async () => {
    const fake = countingSync()
    const first = fake.sync()
    let lateDone = 0
    const late = Array.from({ length: 31 }, () => fake.sync().then(() => lateDone++))
    fake.finish()
    await first
    await settle()
    assert.equal(fake.begun(), 2)
    assert.equal(lateDone, 0, 'the sync that ran already does not cover them')
    fake.finish()
    await Promise.all(late)
    assert.equal(fake.begun(), 2)
  })

  test('a caller that comes after the shared one began gets a third', async () => {
    const fake = countingSync()
    const first = fake.sync()
    const second = fake.sync()
    fake.finish()
    await first
    await settle()
    const third = fake.sync()
    fake.finish()
    await second
    await settle()
    assert.equal(fake.begun(), 3)
    fake.finish()
    await third
  })

  test('a failure reaches those it was to cover and nobody else', async () => {
    const fake = countingSync()
    const first = fake.sync()
    const sharing = [fake.sync(), fake.sync()]
    fake.fail(new Error('first broke'))
    await assert.rejects(first, /first broke/)
    await settle()
    fake.fail(new Error('second broke'))
    for (const one of sharing) await assert.rejects(one, /second broke/)
    const after = fake.sync()
    fake.finish()
    await after
    assert.equal(fake.begun(), 3)
  })
})

test('makeDirectory makes what is missing for its owner only, and twice is fine', async () => {
  const base = await mkdtemp(join(tmpdir(), 'cloudstead-dirs-'))
  try {
    const path = join(base, 'a', 'b', 'c')
    await makeDirectory(path)
    await makeDirectory(path)
    for (const at of [path, join(base, 'a', 'b'), join(base, 'a')]) {
      assert.equal((await stat(at)).mode & 0o777, 0o700)
    }
  } finally {
    await rm(base, { recursive: true })
  }
})
