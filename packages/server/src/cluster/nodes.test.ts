import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import type { Records } from '../engines/records/records.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import { joinNodes, type Nodes, type NodesOptions } from './nodes.ts'

describe('the servers on the same records', () => {
  let folder: string
  let records: Records
  let now: number
  let joined: Nodes[]
  let warnings: string[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nodes-'))
    records = await openSqliteRecords({ file: join(folder, 'records.db') })
    now = Date.UTC(2026, 0, 1)
    joined = []
    warnings = []
    mock.timers.enable({ apis: ['setInterval'] })
  })
  afterEach(async () => {
    mock.timers.reset()
    for (const nodes of joined) await nodes.close()
    await records.close()
    await rm(folder, { recursive: true })
  })

  async function join_(name: string, own: Partial<NodesOptions> = {}): Promise<Nodes> {
    const nodes = await joinNodes({
      records,
      name,
      version: '1.0.0',
      startedAt: now,
      now: () => now,
      alone: false,
      load: () => ({ requests: 1, processors: 0.5, memory: 1000 }),
      configHash: () => 'abc',
      log: { warn: (_details, message) => warnings.push(message), info() {} },
      ...own,
    })
    joined.push(nodes)
    return nodes
  }
  /** Makes a server say something, and waits until it has. */
  async function speak(nodes: Nodes): Promise<void> {
    const before = nodes.self()
    nodes.drain()
    const own = async () => (await records.get([{ space: 'nodes', id: before.id }]))[0]?.value ?? ''
    const wanted = JSON.stringify({ seenAt: now, isDraining: true }).slice(1, -1)
    while (!(await own()).includes(wanted)) await new Promise((done) => setImmediate(done))
  }
  const names = async (nodes: Nodes) => (await nodes.list()).map(({ name }) => name)
  const stored = async () => (await records.find({ space: 'nodes', limit: 10 })).records.length

  test('know each other, themselves first, and who has gone', async () => {
    const a = await join_('a')
    now += 1
    const b = await join_('b')
    now += 1
    const c = await join_('c')
    assert.deepEqual(await names(a), ['a', 'b', 'c'])
    assert.deepEqual(await names(b), ['b', 'a', 'c'])
    await c.close()
    assert.deepEqual(await names(a), ['a', 'b'])
  })

  test('a server that says nothing for a minute is gone; what it said is removed later', async () => {
    const a = await join_('a')
    await join_('killed')
    now += 61_000
    await speak(a)
    assert.deepEqual(await names(a), ['a'])
    assert.equal(await a.sweep(), 0)
    assert.equal(await stored(), 2)
    now += 60 * 60_000
    await speak(a)
    assert.equal(await a.sweep(), 1)
    assert.equal(await stored(), 1)
  })

  test('say that they are about to stop', async () => {
    const [a, b] = [await join_('a'), await join_('b')]
    await speak(b)
    assert.equal(b.self().isDraining, true)
    assert.deepEqual(
      (await a.list()).map(({ isDraining }) => isDraining),
      [false, true],
    )
  })

  test('one that is about to stop knows it at once, also when the records do not answer', async () => {
    const answer = Promise.withResolvers<number>()
    let isAway = false
    const a = await join_('a', { records: { ...records, clockOffset: async () => (isAway ? answer.promise : 0) } })
    isAway = true
    a.drain()
    assert.equal(a.self().isDraining, true)
    answer.reject(new Error('away'))
    await new Promise((done) => setImmediate(done))
    assert.equal(a.self().isDraining, true)
  })

  test('tell times by the clock of the database, and say when theirs is wrong', async () => {
    const a = await join_('a')
    const ahead: Records = { ...records, clockOffset: async () => -7_000 }
    const b = await join_('b', { records: ahead, now: () => now + 7_000, startedAt: now + 7_000 })
    const [, seen] = await a.list()
    assert.equal(seen?.seenAt, now)
    assert.equal(seen?.startedAt, now)
    assert.equal(seen?.clockOffsetMs, 7_000)
    assert.deepEqual([a.clockIsRight(), b.clockIsRight()], [true, false])
    assert.equal(warnings.length, 1)
  })

  test('see how late they see changes of others', async () => {
    const a = await join_('a')
    const b = await join_('b')
    // The change of b is a second old when it is seen.
    b.drain()
    now += 1_000
    while (!JSON.stringify(await lagOf(a)).includes('lag')) await new Promise((done) => setTimeout(done, 5))
  })

  test('the only server records nothing', async () => {
    const a = await join_('a', { alone: true })
    assert.deepEqual(await names(a), ['a'])
    a.drain()
    assert.equal(a.self().isDraining, true)
    assert.equal(await stored(), 0)
  })

  async function lagOf(nodes: Nodes): Promise<object> {
    // What it has seen is in what it says next.
    await speak(nodes)
    const { feedLagMs } = nodes.self()
    return feedLagMs === undefined ? {} : { lag: feedLagMs }
  }
})
