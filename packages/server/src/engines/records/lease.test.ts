import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, mock, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createLeases, withLease } from './lease.ts'
import type { RecordKey, Records } from './records.ts'
import { openSqliteRecords } from './sqlite/sqlite-records.ts'

const SECOND = 1000

describe('a lease', () => {
  let folder: string
  let records: Records
  let name: string
  let names = 0

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'records-'))
    records = await openSqliteRecords({ file: join(folder, 'records.db') })
  })
  beforeEach(() => {
    names += 1
    name = `lease ${names}`
    mock.timers.enable({ apis: ['setInterval', 'setTimeout', 'Date'], now: Date.UTC(2026, 0, 1) })
  })
  afterEach(() => mock.timers.reset())
  after(async () => {
    await records.close()
    await rm(folder, { recursive: true })
  })

  /** Begins work that lasts until it is told to end, or its signal aborts. */
  function begin(on: Records = records) {
    const begun = Promise.withResolvers<void>()
    const ending = Promise.withResolvers<string>()
    const stop = new AbortController()
    let reason: unknown
    const result = withLease({ records: on, name, now: Date.now, signal: stop.signal }, async (signal) => {
      begun.resolve()
      signal.addEventListener('abort', () => {
        reason = signal.reason
        ending.resolve('aborted')
      })
      return ending.promise
    })
    return { begun: begun.promise, end: () => ending.resolve('done'), stop, result, reason: () => String(reason) }
  }

  function failingRecords(): Records & { away: boolean } {
    const failing = {
      ...records,
      away: false,
      get: (keys: readonly RecordKey[]) =>
        failing.away ? Promise.reject(new Error('the records are away')) : records.get(keys),
    }
    return failing
  }

  const stored = async () => {
    const [record] = await records.get([{ space: 'leases', id: name }])
    return record === undefined ? undefined : (JSON.parse(record.value) as { holder: string; until: number })
  }

  /** Lets the commits that have been asked for come to their end. */
  async function settle(): Promise<void> {
    for (let turns = 0; turns < 50; turns += 1) await turn()
    await records.commit([])
    for (let turns = 0; turns < 50; turns += 1) await turn()
  }

  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= SECOND) {
      mock.timers.tick(Math.min(left, SECOND))
      await settle()
    }
  }

  test('is held while the work goes on, and given back at its end', async () => {
    const work = begin()
    await work.begun
    const lease = await stored()
    assert.equal(lease?.until, Date.now() + 30 * SECOND)
    work.end()
    assert.equal(await work.result, 'done')
    assert.equal(await stored(), undefined)
  })

  test('is given back when the work fails', async () => {
    const signal = new AbortController().signal
    const failing = withLease({ records, name, now: Date.now, signal }, () => Promise.reject(new Error('disk gone')))
    await assert.rejects(failing, /disk gone/)
    assert.equal(await stored(), undefined)
  })

  test('of two at once one works, and the other does not', async () => {
    const both = [begin(), begin()]
    await Promise.race(both.map(({ begun }) => begun))
    await pass(5 * SECOND)
    for (const { end } of both) end()
    await pass(30 * SECOND)
    assert.deepEqual((await Promise.all(both.map(({ result }) => result))).sort(), ['done', undefined])
    assert.equal(await stored(), undefined)
  })

  test('is renewed for as long as the work takes; who waits for it gives up', async () => {
    const work = begin()
    await work.begun
    const first = await stored()
    const other = begin()
    await pass(60 * SECOND)
    assert.equal(await other.result, undefined)
    const now = await stored()
    assert.equal(now?.holder, first?.holder)
    assert.ok((now?.until ?? 0) >= Date.now() + 20 * SECOND)
    work.end()
    assert.equal(await work.result, 'done')
  })

  test('that is given back is taken within a second by who waits for it', async () => {
    const work = begin()
    await work.begun
    const other = begin()
    await pass(2 * SECOND)
    work.end()
    await work.result
    await pass(2 * SECOND)
    await other.begun
    other.end()
    assert.equal(await other.result, 'done')
  })

  test('of a holder that has ended is taken when it has run out', async () => {
    const value = JSON.stringify({ holder: 'gone', until: Date.now() + 12 * SECOND })
    await records.commit([{ op: 'put', space: 'leases', id: name, value, entries: [] }])
    const work = begin()
    await pass(11 * SECOND)
    assert.equal((await stored())?.holder, 'gone')
    await pass(2 * SECOND)
    await work.begun
    assert.notEqual((await stored())?.holder, 'gone')
    work.end()
    assert.equal(await work.result, 'done')
  })

  test('of a holder that has ended is kept as long as any other', async () => {
    const value = JSON.stringify({ holder: 'gone', until: Date.now() + 25 * SECOND })
    await records.commit([{ op: 'put', space: 'leases', id: name, value, entries: [] }])
    const work = begin()
    await pass(26 * SECOND)
    await work.begun
    await pass(5 * SECOND)
    assert.equal(work.reason(), 'undefined')
    work.end()
    assert.equal(await work.result, 'done')
  })

  test('is not asked for by the only process, whoever held it', async () => {
    const value = JSON.stringify({ holder: 'killed', until: Date.now() + 3600 * SECOND })
    await records.commit([{ op: 'put', space: 'leases', id: name, value, entries: [] }])
    const leases = createLeases({ records, now: Date.now, alone: true })
    assert.equal(await leases.run(name, new AbortController().signal, async () => 'done'), 'done')
  })

  test('of a holder whose clock is far ahead is taken after 30 s without a renewal', async () => {
    const value = JSON.stringify({ holder: 'gone', until: Date.now() + 3600 * SECOND })
    await records.commit([{ op: 'put', space: 'leases', id: name, value, entries: [] }])
    const work = begin()
    await pass(31 * SECOND)
    await work.begun
    work.end()
    assert.equal(await work.result, 'done')
  })

  test('that another one has taken ends the work at the next renewal, and is left to the other', async () => {
    const work = begin()
    await work.begun
    const value = JSON.stringify({ holder: 'other', until: Date.now() + 30 * SECOND })
    await records.commit([{ op: 'put', space: 'leases', id: name, value, entries: [] }])
    await pass(11 * SECOND)
    assert.equal(await work.result, 'aborted')
    assert.match(work.reason(), /another process/)
    assert.equal((await stored())?.holder, 'other')
  })

  test('that cannot be renewed is lost after 20 s, before anybody else may take it', async () => {
    const failing = failingRecords()
    const work = begin(failing)
    await work.begun
    failing.away = true
    await pass(11 * SECOND)
    const { until = 0 } = (await stored()) ?? {}
    await pass(10 * SECOND)
    assert.equal(await work.result, 'aborted')
    assert.match(work.reason(), /could not be renewed/)
    assert.ok(Date.now() < until)
  })

  test('outlives a renewal that fails', async () => {
    const failing = failingRecords()
    const work = begin(failing)
    await work.begun
    failing.away = true
    await pass(11 * SECOND)
    failing.away = false
    await pass(40 * SECOND)
    work.end()
    assert.equal(await work.result, 'done')
  })

  test('the signal of the caller ends the work, or the wait', async () => {
    const work = begin()
    await work.begun
    const waiting = begin()
    await settle()
    waiting.stop.abort()
    await assert.rejects(waiting.result, { name: 'AbortError' })
    work.stop.abort()
    assert.equal(await work.result, 'aborted')
    assert.equal(await stored(), undefined)
  })
})
