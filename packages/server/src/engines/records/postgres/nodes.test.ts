/**
 * Several processes on one database, and a server that crashes. This file is also what those processes run: with a task
 * and the URL of a database as its arguments.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { type Cluster, lacksPostgres, startCluster } from '../../../../../../acceptance/support/postgres.ts'
import { done, entry, getOne, put, readChanges } from '../records.fixture.ts'
import type { Records } from '../records.ts'
import { openPostgresRecords } from './postgres-records.ts'
import { assertSound, sql } from './verify.fixture.ts'

/** A busy machine starts a server slowly. */
const PATIENCE_MS = 60_000
const INCREMENTS = 40
const COUNTER = { space: 'counters', id: 'one' }

/** Counts up a shared counter, and inserts a record with a unique entry for each number it was the one to reach. */
async function increment(records: Records, by: string): Promise<void> {
  for (;;) {
    const seen = await getOne(records, COUNTER)
    const value = String(Number(seen?.value ?? 0) + 1)
    const result = await records.commit(
      [put(COUNTER.space, COUNTER.id, value), put('reached', value, by, [entry('by', value, true)])],
      [{ ...COUNTER, version: seen?.version ?? null }],
    )
    if (result.done) return
  }
}

async function countUp(url: string): Promise<void> {
  const records = await openPostgresRecords({ url, awayMs: PATIENCE_MS })
  for (let step = 0; step < INCREMENTS; step++) await increment(records, String(process.pid))
  await records.close()
}

/** Commits until it is killed. */
async function writeForEver(url: string): Promise<void> {
  const records = await openPostgresRecords({ url, awayMs: PATIENCE_MS })
  for (let step = 0; ; step++) {
    await Promise.all([0, 1, 2, 3].map((at) => records.commit([put('s', `${step}-${at}`, 'x', [entry('i', `${at}`)])])))
  }
}

function tests(): void {
  describe('several processes and a server that crashes', { skip: lacksPostgres() }, () => {
    let cluster: Cluster | undefined
    const server = (): Cluster => {
      if (!cluster) throw new Error('the server is not running')
      return cluster
    }

    before(async () => {
      cluster = await startCluster()
    })

    after(() => cluster?.dispose())

    async function withTwo(body: (here: Records, there: Records, url: string) => Promise<void>): Promise<void> {
      const url = await server().newDatabase()
      const [here, there] = await Promise.all([
        openPostgresRecords({ url, awayMs: PATIENCE_MS }),
        openPostgresRecords({ url, awayMs: PATIENCE_MS }),
      ])
      try {
        await body(here, there, url)
        await assertSound(url)
      } finally {
        await Promise.all([here.close(), there.close()])
      }
    }

    test('open a new database and commit at once: none loses a write, the feed has all of them', async () => {
      const url = await server().newDatabase()
      const records = await openPostgresRecords({ url, awayMs: PATIENCE_MS })
      const spaces = [COUNTER.space, 'reached']
      const { next } = await records.changes({ spaces, limit: 1 })
      const children = [1, 2, 3].map(() => run('count', url))
      const total = children.length * INCREMENTS
      const reading = Promise.all(children.map((child) => once(child, 'exit')))
      assert.deepEqual(
        await reading,
        children.map(() => [0, null]),
      )
      assert.equal((await getOne(records, COUNTER))?.value, String(total))
      assert.equal(await records.count('reached'), total)
      const { changes, next: end } = await readChanges(records, spaces, next, total * 2, 50)
      assert.equal(changes.length, total * 2)
      assert.deepEqual((await records.changes({ spaces, after: end, limit: 9 })).changes, [])
      const versions = changes.filter(({ space }) => space === COUNTER.space).map(({ version }) => version)
      assert.deepEqual(
        versions,
        versions.toSorted((a, b) => a - b),
      )
      await records.close()
      await assertSound(url)
    })

    test('a process that is killed leaves nothing by half and holds up nobody', async () => {
      const url = await server().newDatabase()
      const records = await openPostgresRecords({ url, awayMs: PATIENCE_MS })
      for (let round = 0; round < 3; round++) {
        const child = run('write', url)
        const from = await records.count('s')
        while ((await records.count('s')) < from + 20) await wait(20)
        child.kill('SIGKILL')
        await once(child, 'exit')
        await done(records.commit([put('s', 'mine', String(round))]))
      }
      await records.close()
      await assertSound(url)
    })

    test('crossing transfers keep their sum, and of contested unique keys each has one holder', () =>
      withTwo(async (here, there) => {
        const keys = ['a', 'b', 'c'].map((id) => ({ space: 's', id }))
        await done(here.commit(keys.map(({ id }) => put('s', id, '100'))))
        const transfer = async (records: Records, from: number, to: number): Promise<void> => {
          for (;;) {
            const [source, target] = await records.get([keys[from], keys[to]].filter((key) => key !== undefined))
            assert.ok(source && target)
            const writes = [
              put('s', source.id, String(Number(source.value) - 1)),
              put('s', target.id, String(Number(target.value) + 1)),
            ]
            if ((await records.commit(writes, [source, target])).done) return
          }
        }
        const claims = (records: Records, by: string) =>
          Array.from({ length: 20 }, (_, at) =>
            records.commit([put('u', `${by}${at}`, '', [entry('k', `${at}`, true)])]),
          )
        const [mine, theirs] = await Promise.all([
          Promise.all(claims(here, 'here')),
          Promise.all(claims(there, 'there')),
          ...[here, there].map((records) =>
            Promise.all([0, 1, 2, 3, 4, 5].map((at) => transfer(records, at % 3, (at + 1) % 3))),
          ),
        ])
        const sum = (await here.get(keys)).reduce((total, record) => total + Number(record?.value), 0)
        assert.equal(sum, 300)
        for (const [at, { done: won }] of mine.entries()) assert.notEqual(won, theirs[at]?.done)
      }))

    test('"it does not exist" holds until the commit, also for what never existed', () =>
      withTwo(async (here, there) => {
        for (let round = 0; round < 4; round++) {
          const [a, b] = [`a${round}`, `b${round}`]
          const results = await Promise.all([
            here.commit([put('s', a, '1')], [{ space: 's', id: b, version: null }]),
            there.commit([put('s', b, '1')], [{ space: 's', id: a, version: null }]),
          ])
          // At most one of the two may see that the other has not happened.
          assert.ok(results.filter((result) => result.done).length < 2, `round ${round}`)
        }
      }))

    test('what one acknowledges the other reads', () =>
      withTwo(async (here, there) => {
        for (let step = 0; step < 30; step++) {
          await done(here.commit([put('s', 'a', String(step), [entry('i', String(step))])]))
          assert.equal((await getOne(there, { space: 's', id: 'a' }))?.value, String(step))
          assert.equal((await there.find({ space: 's', index: 'i', limit: 2 })).records.length, 1)
        }
      }))

    for (const mode of ['fast', 'immediate'] as const) {
      test(`a server that is stopped (${mode}) and started under load loses nothing and repeats nothing`, () =>
        withTwo(async (here, there) => {
          let stopped = false
          const acknowledged: string[] = []
          let increments = 0
          const load = async (records: Records, name: string): Promise<void> => {
            for (let step = 0; !stopped; step++) {
              const id = `${name}-${step}`
              await done(records.commit([put('s', id, id, [entry('i', id, true)])]))
              acknowledged.push(id)
              await increment(records, name)
              increments += 1
            }
          }
          const loads = [0, 1, 2].flatMap((at) => [load(here, `here${at}`), load(there, `there${at}`)])
          for (let round = 0; round < 2; round++) {
            const before = acknowledged.length
            while (acknowledged.length < before + 20) await wait(10)
            await server().stop(mode)
            await wait(100)
            await server().start()
          }
          stopped = true
          await Promise.all(loads)
          const found = new Set(
            (await here.find({ space: 's', limit: 100_000, values: false })).records.map(({ id }) => id),
          )
          assert.deepEqual(found, new Set(acknowledged))
          assert.equal((await getOne(there, COUNTER))?.value, String(increments))
        }))
    }

    test('commits whose connection is cut before or after they happened are neither lost nor repeated', () =>
      withTwo(async (here, there, url) => {
        let stopped = false
        let increments = 0
        const load = async (records: Records): Promise<void> => {
          while (!stopped) {
            await increment(records, 'x')
            increments += 1
          }
        }
        const loads = [load(here), load(here), load(there)]
        for (let cut = 0; cut < 15; cut++) {
          const before = increments
          while (increments === before) await wait(1)
          await wait(Math.random() * 10)
          await sql(
            url,
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
          )
        }
        stopped = true
        await Promise.all(loads)
        assert.equal((await getOne(here, COUNTER))?.value, String(increments))
        assert.equal(await here.count('reached'), increments)
      }))
  })
}

function run(name: string, url: string): ChildProcess {
  const options = process.execArgv.filter((option) => !option.startsWith('--test'))
  return spawn(process.execPath, [...options, import.meta.filename, name, url], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  })
}

const [task, url = ''] = process.argv.slice(2)
if (task === 'count') await countUp(url)
else if (task === 'write') await writeForEver(url)
else tests()
