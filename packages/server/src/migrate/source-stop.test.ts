import assert from 'node:assert/strict'
import { test } from 'node:test'
import { put, remove } from '../engines/records/records.fixture.ts'
import { withSides } from './migrate.fixture.ts'
import { stopOfDirectory, stopOfNodes } from './source-stop.ts'

const START = Date.UTC(2026, 0, 1)

test('a database has stopped when its servers are gone, or have said nothing for a minute', () =>
  withSides(async ({ records }) => {
    let now = START
    const beat = (id: string, seenAt: number) => records.commit([put('nodes', id, JSON.stringify({ seenAt }))])
    const stop = stopOfNodes(records, () => now)
    assert.equal(await stop.hasStopped(), true)
    await beat('gone', START - 3_600_000)
    assert.equal(await stop.hasStopped(), true)
    // Its clock is behind by five minutes.
    await beat('a', START - 300_000)
    assert.equal(await stop.hasStopped(), false)
    now += 59_000
    assert.equal(await stop.hasStopped(), false)
    await beat('a', START - 241_000)
    now += 2_000
    assert.equal(await stop.hasStopped(), false)
    now += 60_000
    assert.equal(await stop.hasStopped(), true)
    await beat('b', now)
    assert.equal(await stop.hasStopped(), false)
    await records.commit([remove('nodes', 'b')])
    assert.equal(await stop.hasStopped(), true)
  }))

test('a directory has stopped when its lock is free, which is then held until the end', async () => {
  let isLocked = true
  let unlocked = 0
  const stop = stopOfDirectory(() => {
    if (isLocked) throw Object.assign(new Error('in use'), { name: 'DataDirInUseError' })
    return () => {
      unlocked += 1
    }
  })
  assert.equal(await stop.hasStopped(), false)
  isLocked = false
  assert.equal(await stop.hasStopped(), true)
  isLocked = true
  assert.equal(await stop.hasStopped(), true)
  stop.close()
  assert.equal(unlocked, 1)
  const broken = stopOfDirectory(() => {
    throw new Error('no such directory')
  })
  await assert.rejects(broken.hasStopped(), /no such directory/)
})
