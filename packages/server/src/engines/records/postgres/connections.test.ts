import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { done, entry, getOne, put } from '../records.fixture.ts'
import { RecordsUnavailableError } from '../unavailable.ts'
import { onPostgres, until } from './postgres.fixture.ts'
import { sql } from './verify.fixture.ts'

/** As many connections as the engine has for reads, */
const READS = 7
/** and more calls than it has connections. */
const CALLS = 20
const OTHERS = 'FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()'

/** Holds a lock while the body runs. */
async function holding(url: string, statement: string, body: () => Promise<void>): Promise<void> {
  const holder = sql(url, `BEGIN; ${statement}; SELECT pg_sleep(600)`)
  holder.catch(() => {})
  const sleeping = `${OTHERS} AND wait_event = 'PgSleep'`
  await until(async () => (await sql(url, `SELECT 1 ${sleeping}`)).length > 0)
  try {
    await body()
  } finally {
    await sql(url, `SELECT pg_terminate_backend(pid) ${sleeping}`)
  }
}

/** Waits until this many sessions wait for a lock. */
const untilHeld = (url: string, count: number): Promise<void> =>
  until(async () => (await sql(url, `SELECT 1 ${OTHERS} AND wait_event_type = 'Lock'`)).length >= count)

/** Makes the database read-only, as a standby is, or ends that; only new sessions see it. */
async function setReadOnly(url: string, value: 'on' | 'off'): Promise<void> {
  const administration = new URL(url)
  administration.pathname = '/postgres'
  const database = new URL(url).pathname.slice(1)
  await sql(administration.href, `ALTER DATABASE ${database} SET default_transaction_read_only = ${value}`)
  await sql(url, `SELECT pg_terminate_backend(pid) ${OTHERS}`)
}

onPostgres('connections to PostgreSQL', ({ withRecords }) => {
  test('that wait with reads hold up no commit', () =>
    withRecords({}, async (records, url) => {
      await done(records.commit([put('s', 'a', '1', [entry('i', 'a')])]))
      let reads: Promise<unknown> | undefined
      await holding(url, 'LOCK TABLE entries', async () => {
        reads = Promise.all(Array.from({ length: CALLS }, () => records.find({ space: 's', index: 'i', limit: 1 })))
        await untilHeld(url, READS)
        await done(records.commit([put('s', 'b', '1')]))
      })
      await reads
    }))

  test('that wait with commits hold up no read', () =>
    withRecords({}, async (records, url) => {
      await done(records.commit([put('s', 'a', '1')]))
      let commits: Promise<unknown> | undefined
      await holding(url, `SELECT 1 FROM records WHERE id = 'a' FOR UPDATE`, async () => {
        const first = done(records.commit([put('s', 'a', '2')]))
        await untilHeld(url, 1)
        commits = Promise.all([first, done(records.commit([put('s', 'a', '3')]))])
        await untilHeld(url, 2)
        const found = await Promise.all(Array.from({ length: CALLS }, () => getOne(records, { space: 's', id: 'a' })))
        assert.deepEqual(new Set(found.map((record) => record?.value)), new Set(['1']))
      })
      await commits
    }))

  test('to a server that is read-only wait for the one that takes over', () =>
    withRecords({}, async (records, url) => {
      await done(records.commit([put('s', 'a', '1')]))
      await setReadOnly(url, 'on')
      let isDone = false
      const commit = done(records.commit([put('s', 'a', '2')])).then(() => {
        isDone = true
      })
      await wait(500)
      assert.equal(isDone, false)
      await setReadOnly(url, 'off')
      await commit
    }))

  test('to a server that stays read-only are given up', () =>
    withRecords({ awayMs: 200 }, async (records, url) => {
      await setReadOnly(url, 'on')
      await assert.rejects(records.commit([put('s', 'a', '1')]), (error) => {
        assert.ok(error instanceof RecordsUnavailableError)
        assert.match(error.message, /25006/)
        return true
      })
    }))
})
