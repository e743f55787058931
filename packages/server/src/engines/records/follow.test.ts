import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { followChanges } from './follow.ts'
import type { RecordChange, Records } from './records.ts'
import { openSqliteRecords } from './sqlite/sqlite-records.ts'

describe('following changes', () => {
  let folder: string
  let records: Records
  let other: Records

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'follow-'))
    records = await openSqliteRecords({ file: join(folder, 'records.db') })
    other = await openSqliteRecords({ file: join(folder, 'records.db') })
  })
  after(async () => {
    await records.close()
    await other.close()
    await rm(folder, { recursive: true })
  })

  const put = (on: Records, space: string, id: string) => on.commit([{ op: 'put', space, id, value: '', entries: [] }])

  /** Follows a space; `seen` has the ids of changes, and `?` where anything may have changed. */
  function follow(space: string, on: Pick<Records, 'changes' | 'waitForChanges'> = records) {
    const seen: string[] = []
    const failures: string[] = []
    const stop = new AbortController()
    let told = Promise.withResolvers<void>()
    let refuse = 0
    const ended = followChanges({
      records: on,
      spaces: [space],
      signal: stop.signal,
      changed(changes: readonly RecordChange[] | undefined) {
        if (refuse > 0) {
          refuse -= 1
          throw new Error('not now')
        }
        seen.push(...(changes?.map(({ id }) => id) ?? ['?']))
        told.resolve()
        told = Promise.withResolvers<void>()
      },
      failed: (error) => failures.push(String(error)),
    })
    return {
      seen,
      failures,
      async until(length: number) {
        while (seen.length < length) await told.promise
      },
      refuseNext(count: number) {
        refuse = count
      },
      async end() {
        stop.abort()
        await ended
      },
    }
  }

  test('tells at once that anything may have changed, then every change of any process, once', async () => {
    await put(records, 'a', 'before')
    const following = follow('a')
    await following.until(1)
    await put(records, 'a', 'own')
    await following.until(2)
    await put(records, 'b', 'elsewhere')
    await put(other, 'a', 'of another')
    await following.until(3)
    await following.end()
    assert.deepEqual(following.seen, ['?', 'own', 'of another'])
    assert.deepEqual(following.failures, [])
  })

  test('tells changes again that could not be handled, and reports the failure once', async () => {
    const following = follow('c')
    await following.until(1)
    following.refuseNext(2)
    await put(records, 'c', 'one')
    await following.until(2)
    await following.end()
    assert.deepEqual(following.seen, ['?', 'one'])
    assert.deepEqual(following.failures, ['Error: not now'])
  })

  test('goes on after the records were away, and misses nothing', async () => {
    let away = false
    const flaky = {
      changes: (request: Parameters<Records['changes']>[0]) =>
        away ? Promise.reject(new Error('away')) : records.changes(request),
      waitForChanges: (request: Parameters<Records['waitForChanges']>[0]) =>
        away ? Promise.reject(new Error('away')) : records.waitForChanges(request),
    }
    const following = follow('d', flaky)
    await following.until(1)
    away = true
    await put(records, 'd', 'one')
    while (following.failures.length === 0) await new Promise((done) => setImmediate(done))
    await put(records, 'd', 'two')
    away = false
    await following.until(3)
    await following.end()
    assert.deepEqual(following.seen, ['?', 'one', 'two'])
    assert.equal(following.failures.length, 1)
  })
})
