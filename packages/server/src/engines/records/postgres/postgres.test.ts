import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { done, entry, getOne, put, readChanges, remove, waitForChanges } from '../records.fixture.ts'
import type { FeedCursor, Records } from '../records.ts'
import { cursorOf, positionOf } from './feed-position.ts'
import { onPostgres, until } from './postgres.fixture.ts'
import { openPostgresRecords } from './postgres-records.ts'
import { assertSound, sql } from './verify.fixture.ts'

onPostgres('records in PostgreSQL', ({ newDatabase, withRecords }) => {
  const follow = async (records: Records, ...spaces: string[]): Promise<FeedCursor> =>
    (await records.changes({ spaces, limit: 1 })).next

  const isTruncated = async (records: Records, cursor: FeedCursor, ...spaces: string[]): Promise<boolean> =>
    (await records.changes({ spaces, after: cursor, limit: 1 })).truncated

  const count = async (url: string, table: string): Promise<number> =>
    Number((await sql(url, `SELECT count(*) FROM ${table}`))[0]?.count)

  describe('opening', () => {
    test('refuses tables of another program, a newer schema, another encoding, and a wrong password', async () => {
      const taken = await newDatabase()
      await sql(taken, 'CREATE TABLE records (a int)')
      await assert.rejects(openPostgresRecords({ url: taken }), /"test\d+" has tables of another program/)
      const newer = await newDatabase()
      await (await openPostgresRecords({ url: newer })).close()
      await sql(newer, 'UPDATE store SET schema = 99')
      await assert.rejects(openPostgresRecords({ url: newer }), /newer Cloudstead \(schema 99/)
      const latin = new URL(newer)
      latin.pathname = '/latin'
      await sql(newer, `CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`)
      await assert.rejects(openPostgresRecords({ url: latin.href }), /encoding LATIN1/)
      await assert.rejects(openPostgresRecords({ url: newer.replace(':cloudstead@', ':wrong@') }), /password/)
    })

    test('takes an older schema as it is', async () => {
      const url = await newDatabase()
      await (await openPostgresRecords({ url })).close()
      await sql(url, 'UPDATE store SET schema = 0')
      await (await openPostgresRecords({ url })).close()
      assert.deepEqual(await sql(url, 'SELECT schema FROM store'), [{ schema: 0 }])
    })

    test('warns of a server that loses in a crash what it has acknowledged', async () => {
      const url = await newDatabase()
      const warnings: string[] = []
      const warningOf = async (setting: string): Promise<string | undefined> => {
        await sql(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = ${setting}`)
        await (await openPostgresRecords({ url, warn: (message) => warnings.push(message) })).close()
        return warnings.pop()
      }
      // The servers of the tests do not sync.
      assert.match((await warningOf('on')) ?? '', /^the PostgreSQL server runs with fsync=off: [^\n]+$/)
      assert.match((await warningOf('off')) ?? '', /fsync=off, synchronous_commit=off: /)
      assert.deepEqual(warnings, [])
    })

    test('needs no named statements', async () => {
      const url = await newDatabase()
      const records = await openPostgresRecords({ url: `${url}?prepare=false` })
      try {
        await done(records.commit([put('s', 'a', '1', [entry('i', 'k', true)])]))
        assert.equal((await records.find({ space: 's', index: 'i', limit: 1 })).records.length, 1)
        await follow(records, 's')
      } finally {
        await records.close()
      }
    })
  })

  test('tells how far the clock of the server is ahead', () =>
    withRecords({}, async (records) => {
      // Server and test have the same clock.
      assert.ok(Math.abs((await records.clockOffset?.()) ?? Number.NaN) < 1_000)
    }))

  describe('a commit', () => {
    test('that the database refuses fails alone, and nothing of it is written', () =>
      withRecords({}, async (records, url) => {
        await sql(url, `ALTER TABLE records ADD CONSTRAINT fault CHECK (value <> 'bad')`)
        const results = await Promise.allSettled([
          records.commit([put('s', 'a', '1', [entry('i', 'a', true)])]),
          records.commit([put('s', 'b', '1'), put('s', 'c', 'bad', [entry('i', 'c', true)])]),
          records.commit([put('s', 'd', '1', [entry('i', 'd', true)])]),
        ])
        assert.deepEqual(
          results.map(({ status }) => status),
          ['fulfilled', 'rejected', 'fulfilled'],
        )
        const { records: left } = await records.find({ space: 's', limit: 9 })
        assert.equal(left.map(({ id }) => id).join(), 'a,d')
        await assertSound(url)
      }))

    test('with many entries, changed and deleted, leaves the tables as the records say', () =>
      withRecords({}, async (records, url) => {
        const long = 'k'.repeat(3_000)
        const entries = (at: number) => [
          entry('i', `${at % 3}`),
          entry('i', long + (at % 2)),
          entry('u', long + at, true),
          entry('v', `${at}`, true),
        ]
        await done(records.commit(Array.from({ length: 20 }, (_, at) => put('s', `${at}`, '1', entries(at)))))
        await assertSound(url)
        await done(records.commit(Array.from({ length: 20 }, (_, at) => put('s', `${at}`, '2', entries(at + 20)))))
        await done(records.commit(Array.from({ length: 10 }, (_, at) => remove('s', `${at}`))))
        await assertSound(url)
        assert.equal(await count(url, 'uniques'), 20)
        assert.equal((await records.find({ space: 's', index: 'u', limit: 99 })).records.length, 10)
      }))

    test('is refused when the database has forgotten what it acknowledged, and the next one works', () =>
      withRecords({}, async (records, url) => {
        await Promise.all([records.commit([put('s', 'a', '1')]), records.commit([put('s', 'b', '1')])])
        await sql(url, 'UPDATE lanes SET version = version - 1 WHERE version > 0')
        await assert.rejects(records.commit([put('s', 'c', '1')]), /has lost commits that it had acknowledged/)
        await done(records.commit([put('s', 'c', '1')]))
      }))

    test('takes a new lane when the old one is gone', () =>
      withRecords({}, async (records, url) => {
        await done(records.commit([put('s', 'a', '1')]))
        await sql(url, 'DELETE FROM lanes')
        await done(records.commit([put('s', 'a', '2')]))
        assert.equal((await getOne(records, { space: 's', id: 'a' }))?.value, '2')
      }))
  })

  describe('the feed', () => {
    test('records nothing of spaces that nobody follows', () =>
      withRecords({}, async (records, url) => {
        await done(records.commit([put('s', 'a', '1')]))
        await follow(records, 's')
        await done(records.commit([put('s', 'c', '1'), put('other', 'd', '1')]))
        assert.equal(
          (await sql(url, `SELECT string_agg(convert_from(id, 'UTF8'), ',') FROM changes`))[0]?.string_agg,
          'c',
        )
      }))

    test('waits for transactions that may not know that a space is followed now', () =>
      withRecords({}, async (records, url) => {
        // A writer whose transaction is under way: it holds its lane.
        await sql(url, 'INSERT INTO lanes (lane, version, used) VALUES (1, 1, now())')
        const writing = sql(url, 'BEGIN; UPDATE lanes SET version = 2 WHERE lane = 1; SELECT pg_sleep(0.5); COMMIT')
        const sleeping = `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`
        await until(async () => (await sql(url, sleeping)).length > 0)
        await follow(records, 'new')
        assert.equal(Number((await sql(url, 'SELECT version FROM lanes WHERE lane = 1'))[0]?.version), 2)
        await writing
      }))

    test('is truncated for a cursor of a database that was set back', () =>
      withRecords({}, async (records, url) => {
        await follow(records, 's')
        await done(records.commit([put('s', 'a', '1')]))
        const cursor = await follow(records, 's')
        assert.equal(await isTruncated(records, cursor, 's'), false)
        await sql(url, 'UPDATE lanes SET version = version - 1')
        assert.equal(await isTruncated(records, cursor, 's'), true)
      }))

    test('is renewed by reading, and forgotten with its cursors when nobody reads', () =>
      withRecords({ followMs: 60_000, trimEveryMs: 20 }, async (records, url) => {
        const [dead, alive] = [await follow(records, 'dead'), await follow(records, 'alive')]
        await sql(url, `UPDATE feeds SET expires = now() + interval '20 seconds'`)
        await readChanges(records, ['alive'], alive, 0)
        const left = `SELECT expires > now() + interval '30 seconds' AS renewed FROM feeds ORDER BY space`
        assert.deepEqual(await sql(url, left), [{ renewed: true }, { renewed: false }])
        await sql(url, `UPDATE feeds SET expires = now() WHERE space = 'dead'`)
        await until(async () => (await count(url, 'feeds')) === 1)
        assert.equal(await isTruncated(records, alive, 'alive'), false)
        assert.equal(await isTruncated(records, dead, 'dead'), true)
        // It is followed again now, but not from the old cursor on.
        assert.equal(await count(url, 'feeds'), 2)
        assert.equal(await isTruncated(records, dead, 'dead'), true)
      }))

    test('is truncated for a cursor that is older than the changes may be', () =>
      withRecords({}, async (records, url) => {
        const cursor = await follow(records, 's')
        const store = (await sql(url, 'SELECT store FROM store'))[0]?.store as Buffer
        const position = positionOf(store, cursor)
        assert.ok(position)
        const hours = 60 * 60_000
        const aged = (by: number) => cursorOf(store, { ...position, at: position.at - by })
        assert.equal(await isTruncated(records, aged(11 * hours), 's'), false)
        assert.equal(await isTruncated(records, aged(13 * hours), 's'), true)
      }))

    test('whoever waits is woken in time to read again before the space is forgotten', () =>
      withRecords({ followMs: 1_200 }, async (records) => {
        const cursor = await follow(records, 's')
        await waitForChanges(records, ['s'], cursor)
      }))
  })

  describe('trimming', () => {
    const days = (count: number) => count * 24 * 60 * 60_000_000

    test('removes old changes and lanes that were not used for long', () =>
      withRecords({ trimEveryMs: 20 }, async (records, url) => {
        const cursor = await follow(records, 's')
        await done(records.commit([put('s', 'a', '1')]))
        await sql(url, `INSERT INTO lanes (lane, version, used) VALUES (1, 1, now() - interval '8 days')`)
        await sql(url, 'INSERT INTO changes SELECT lane, version - $1, op, space, id FROM changes', [days(2)])
        await until(async () => (await count(url, 'changes')) === 1 && (await count(url, 'lanes WHERE lane = 1')) === 0)
        assert.equal((await readChanges(records, ['s'], cursor, 1)).changes[0]?.id, 'a')
      }))

    test('removes what deleted records leave, and versions go on growing', () =>
      withRecords({ trimEveryMs: 20 }, async (records, url) => {
        await done(records.commit([put('s', 'a', '1'), put('s', 'kept', '1')]))
        const before = await getOne(records, { space: 's', id: 'a' })
        await done(records.commit([remove('s', 'a')], [{ space: 's', id: 'never', version: null }]))
        assert.equal(await count(url, 'tombstones'), 2)
        await sql(url, 'UPDATE records SET version = version - $1 WHERE value IS NULL', [days(2)])
        await sql(url, 'UPDATE tombstones SET version = version - $1', [days(2)])
        await until(async () => (await count(url, 'records')) === 1 && (await count(url, 'tombstones')) === 0)
        await done(records.commit([put('s', 'a', '2')], [{ space: 's', id: 'a', version: null }]))
        assert.ok(Number((await getOne(records, { space: 's', id: 'a' }))?.version) > Number(before?.version))
      }))

    test('leaves a record that came back', () =>
      withRecords({ trimEveryMs: 20 }, async (records, url) => {
        await done(records.commit([put('s', 'a', '1')]))
        await done(records.commit([remove('s', 'a')]))
        await done(records.commit([put('s', 'a', '2')]))
        await sql(url, 'UPDATE tombstones SET version = version - $1', [days(2)])
        await until(async () => (await count(url, 'tombstones')) === 0)
        assert.equal((await getOne(records, { space: 's', id: 'a' }))?.value, '2')
      }))
  })
})
