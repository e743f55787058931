/** A server that does not say that it is gone: a host without power, or a network that drops packets. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { done, entry, getOne, put } from '../records.fixture.ts'
import type { FeedCursor, Records } from '../records.ts'
import { RecordsUnavailableError } from '../unavailable.ts'
import { type Network, openNetwork } from './network.fixture.ts'
import { onPostgres, until } from './postgres.fixture.ts'
import { openPostgresRecords } from './postgres-records.ts'
import { assertSound, sql } from './verify.fixture.ts'

/** Calls may wait this long for a server that is gone, */
const GONE_MS = 15_000
/** and after this time it serves again. */
const BACK_MS = 5_000
/** Longer than a connection may be quiet before it is looked after. */
const SLOW_MS = 6_000

interface Context {
  readonly records: Records
  readonly network: Network
  /** The URL of the database without the network between. */
  readonly url: string
  /** Every call of the engine but the commit. */
  readonly reads: readonly (() => Promise<unknown>)[]
}

onPostgres(
  'a server that vanishes without a word',
  ({ newDatabase }) => {
    async function withNetwork(body: (context: Context) => Promise<void>, awayMs?: number): Promise<void> {
      const url = await newDatabase()
      const network = await openNetwork(url)
      const records = await openPostgresRecords({ url: network.url, ...(awayMs !== undefined && { awayMs }) })
      try {
        await done(records.commit([put('s', 'a', '1', [entry('i', 'a')])]))
        const after: FeedCursor = (await records.changes({ spaces: ['s'], limit: 1 })).next
        const reads = [
          () => records.get([{ space: 's', id: 'a' }]),
          () => records.find({ space: 's', index: 'i', limit: 9 }),
          () => records.count('s'),
          () => records.changes({ spaces: ['s'], after, limit: 9 }),
        ]
        await body({ records, network, url, reads })
        await assertSound(url)
      } finally {
        await records.close()
        network.close()
      }
    }

    const within = async (
      limit: number,
      calls: readonly Promise<unknown>[],
    ): Promise<PromiseSettledResult<unknown>[]> => {
      const began = performance.now()
      const results = await Promise.allSettled(calls)
      const took = performance.now() - began
      assert.ok(took < limit, `took ${Math.round(took)} ms`)
      return results
    }

    async function areRefused(calls: readonly Promise<unknown>[]): Promise<void> {
      for (const result of await within(GONE_MS, calls)) {
        assert.ok(
          result.status === 'rejected' && result.reason instanceof RecordsUnavailableError,
          JSON.stringify(result),
        )
      }
    }

    async function isWell({ records, reads }: Context): Promise<void> {
      const commits = [1, 2, 3].map((at) => done(records.commit([put('s', `well${at}`, '1')])))
      for (const result of await within(BACK_MS, [...reads.map((read) => read()), ...commits])) {
        assert.equal(result.status, 'fulfilled', String((result as PromiseRejectedResult).reason))
      }
    }

    for (const old of ['kept', 'lost'] as const) {
      test(`calls that begin then are refused in time, and it serves soon after it is back (old connections ${old})`, () =>
        withNetwork(async (context) => {
          const { records, network, reads } = context
          // Several connections are open, all idle.
          await Promise.all([...reads, ...reads].map((read) => read()))
          network.vanish()
          const late = wait(3_000).then(() => areRefused([records.commit([put('s', 'late', '1')])]))
          await areRefused([
            ...[...reads, ...reads, ...reads].map((read) => read()),
            ...[1, 2, 3].map((at) => records.commit([put('s', `c${at}`, '1')])),
          ])
          await late
          network.comeBack(old)
          await isWell(context)
        }))
    }

    test('statements under way are refused in time, and waits for changes end', () =>
      withNetwork(async (context) => {
        const { records, network, reads, url } = context
        const { next } = await records.changes({ spaces: ['s'], limit: 1 })
        const waiting = records.waitForChanges({ spaces: ['s'], after: next })
        const held = sql(url, `BEGIN; LOCK TABLE records; SELECT pg_sleep(3); COMMIT`)
        await untilWaiting(url, 'PgSleep', 1)
        const calls = reads.slice(0, 3).map((read) => read())
        await untilWaiting(url, 'relation', 3)
        network.vanish()
        await areRefused(calls)
        await within(GONE_MS, [waiting])
        await held
        network.comeBack('lost')
        await isWell(context)
      }))

    for (const when of ['before', 'after'] as const) {
      test(`a commit under way is settled when only its connection is lost, ${when} it happened`, () =>
        withNetwork(async (context) => {
          const { records, network, url } = context
          const version = async (): Promise<unknown> =>
            (await sql(url, `SELECT version FROM records WHERE id = 'counter'`))[0]?.version
          const cut = new Promise<void>((resolve) => {
            network.cutAt('COMMIT\0', when, resolve)
          })
          const commit = records.commit([put('s', 'counter', '1')], [{ space: 's', id: 'counter', version: null }])
          const settled = within(GONE_MS, [done(commit)])
          await cut
          while (when === 'after' && (await version()) === undefined) await wait(10)
          const made = await version()
          assert.equal((await settled)[0]?.status, 'fulfilled')
          if (when === 'after') assert.equal(await version(), made)
          await isWell(context)
        }))
    }

    test('a commit under way is refused when the server stays away, and has happened at most once', () =>
      withNetwork(async (context) => {
        const { records, network } = context
        network.cutAt('COMMIT\0', 'after', () => network.vanish())
        await areRefused([records.commit([put('s', 'b', '1')], [{ space: 's', id: 'b', version: null }])])
        network.comeBack('lost')
        await isWell(context)
        assert.equal((await getOne(records, { space: 's', id: 'b' }))?.value, '1')
      }))

    test('a short gap is bridged', () =>
      withNetwork(async (context) => {
        const { network, reads } = context
        network.vanish()
        const results = within(
          GONE_MS,
          reads.map((read) => read()),
        )
        await wait(1_000)
        network.comeBack('kept')
        for (const { status } of await results) assert.equal(status, 'fulfilled')
        await isWell(context)
      }))

    test('a slow statement is not taken for a lost one', () =>
      withNetwork(async ({ records, url }) => {
        const held = sql(url, `BEGIN; LOCK TABLE records; SELECT pg_sleep(${SLOW_MS / 1_000}); COMMIT`)
        await untilWaiting(url, 'PgSleep', 1)
        const began = performance.now()
        // With this patience a connection that is broken off fails its call.
        const [record] = await Promise.all([
          getOne(records, { space: 's', id: 'a' }),
          done(records.commit([put('s', 'b', '1')])),
        ])
        assert.equal(record?.value, '1')
        assert.ok(performance.now() - began > SLOW_MS / 2)
        await held
      }, 0))
  },
  true,
)

/** Waits until this many sessions of the database wait for such an event. */
async function untilWaiting(url: string, event: string, count: number): Promise<void> {
  const text = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = $1`
  await until(async () => Number((await sql(url, text, [event]))[0]?.count) >= count)
}
