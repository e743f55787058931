import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { done, put, readChanges, remove } from '../records.fixture.ts'
import type { FeedCursor, Records } from '../records.ts'
import { openSqliteRecords, type SqliteRecordsOptions } from './sqlite-records.ts'

describe('the feed of SQLite', () => {
  let folder: string
  let files = 0

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'records-'))
  })

  after(() => rm(folder, { recursive: true }))

  async function withRecords(
    options: Omit<SqliteRecordsOptions, 'file'>,
    body: (records: Records, file: string) => Promise<void>,
  ): Promise<void> {
    const file = join(folder, `${files++}.db`)
    const records = await openSqliteRecords({ ...options, file })
    try {
      await body(records, file)
    } finally {
      await records.close()
    }
  }

  const follow = async (records: Records, ...spaces: string[]): Promise<FeedCursor> =>
    (await records.changes({ spaces, limit: 1 })).next

  const isTruncated = async (records: Records, cursor: FeedCursor, ...spaces: string[]): Promise<boolean> =>
    (await records.changes({ spaces, after: cursor, limit: 1 })).truncated

  /** The ids in the table of the feed, and the spaces that are followed. */
  function tables(file: string): { changes: string; feeds: string } {
    const db = new DatabaseSync(file, { readOnly: true })
    const list = (sql: string) =>
      db
        .prepare(sql)
        .all()
        .map((row) => Object.values(row).join())
        .join(' ')
    const changes = list('SELECT id FROM feed_changes ORDER BY version')
    const feeds = list('SELECT space FROM feeds')
    db.close()
    return { changes, feeds }
  }

  /** Makes it so long since a space was read that it expires at this time. */
  function expire(file: string, space: string, at: number): void {
    const db = new DatabaseSync(file)
    db.prepare('UPDATE feeds SET expires = ? WHERE space = ?').run(at, space)
    db.exec('UPDATE counters SET feeds = feeds + 1')
    db.close()
  }

  test('records nothing of spaces that nobody follows', () =>
    withRecords({}, async (records, file) => {
      await done(records.commit([put('s', 'a', '1')]))
      await done(records.commit([remove('s', 'a'), put('s', 'b', '1')]))
      await follow(records, 's')
      await done(records.commit([put('s', 'c', '1'), put('other', 'd', '1')]))
      assert.deepEqual(tables(file), { changes: 'c', feeds: 's' })
    }))

  test('forgets a space that was not read for long, with its changes', () =>
    withRecords({}, async (records, file) => {
      const [dead, alive] = [await follow(records, 'dead'), await follow(records, 'alive')]
      await done(records.commit([put('dead', 'a', '1'), put('alive', 'b', '1')]))
      expire(file, 'dead', Date.now())
      await done(records.commit([put('dead', 'c', '1'), put('alive', 'd', '1')]))
      assert.deepEqual(tables(file), { changes: 'b d', feeds: 'alive' })
      assert.equal(await isTruncated(records, alive, 'alive'), false)
      assert.equal(await isTruncated(records, dead, 'dead'), true)
      // It is followed again now, but not from the old cursor on.
      assert.equal(tables(file).feeds, 'alive dead')
      assert.equal(await isTruncated(records, dead, 'dead'), true)
    }))

  test('loses nothing to time alone: a space is followed until a writer has forgotten it', () =>
    withRecords({}, async (records, file) => {
      const cursor = await follow(records, 's')
      await done(records.commit([put('s', 'a', '1')]))
      expire(file, 's', Date.now())
      assert.equal((await records.changes({ spaces: ['s'], after: cursor, limit: 9 })).changes.length, 1)
    }))

  test('is renewed by reading, also in the eyes of another writer', () =>
    withRecords({}, async (records, file) => {
      const other = await openSqliteRecords({ file })
      try {
        const cursor = await follow(records, 's')
        expire(file, 's', Date.now() + 1_000)
        await done(other.commit([put('s', 'a', '1')]))
        const { next } = await readChanges(records, ['s'], cursor, 1)
        await wait(1_100)
        await done(other.commit([put('s', 'b', '1')]))
        assert.equal((await readChanges(records, ['s'], next, 1)).changes[0]?.id, 'b')
      } finally {
        await other.close()
      }
    }))

  test('goes on after a commit that failed', () =>
    withRecords({}, async (records, file) => {
      const db = new DatabaseSync(file)
      db.exec(`CREATE TRIGGER fault AFTER INSERT ON records WHEN NEW.id = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END`)
      db.close()
      const cursor = await follow(records, 's')
      const results = await Promise.allSettled([
        records.commit([put('s', 'a', '1')]),
        records.commit([put('s', 'b', '1'), put('s', 'bad', '1')]),
        records.changes({ spaces: ['t'], limit: 1 }),
        records.commit([put('s', 'c', '1'), put('t', 'd', '1')]),
      ])
      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
      )
      assert.deepEqual(tables(file), { changes: 'a c d', feeds: 's t' })
      const { changes } = await readChanges(records, ['s'], cursor, 2)
      assert.equal(changes.map(({ id }) => id).join(), 'a,c')
    }))

  test('keeps so many changes and drops older ones, and only the spaces of these are truncated', () =>
    withRecords({ changesKept: 10 }, async (records, file) => {
      const start = await follow(records, 'busy', 'quiet')
      await done(records.commit(Array.from({ length: 50 }, (_, at) => put('busy', `r${at}`, '1'))))
      const [busy, quiet] = [
        await records.changes({ spaces: ['busy'], after: start, limit: 5 }),
        await records.changes({ spaces: ['quiet'], after: start, limit: 5 }),
      ]
      assert.deepEqual({ ...busy, next: '' }, { changes: [], next: '', truncated: true })
      assert.deepEqual({ ...quiet, next: '' }, { changes: [], next: '', truncated: false })
      await done(records.commit(Array.from({ length: 10 }, (_, at) => put('busy', `s${at}`, '1'))))
      assert.equal((await readChanges(records, ['busy'], busy.next, 10)).changes.length, 10)
      await done(records.commit([put('busy', 't', '1')]))
      assert.equal(await isTruncated(records, busy.next, 'busy'), true)
      assert.equal(tables(file).changes.split(' ').length, 10)
    }))

  test('whoever waits is woken in time to read again before the space is forgotten', () =>
    withRecords({ followMs: 1_200 }, async (records) => {
      const cursor = await follow(records, 's')
      const start = performance.now()
      await records.waitForChanges({ spaces: ['s'], after: cursor })
      assert.ok(performance.now() - start < 1_000)
    }))

  test('asks the file for commits of other processes only while somebody waits', () =>
    withRecords({}, async (records) => {
      const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
      const idle = timers()
      const cursor = await follow(records, 's')
      assert.equal(timers(), idle)
      const abort = new AbortController()
      const waiting = [1, 2].map(() => records.waitForChanges({ spaces: ['s'], after: cursor, signal: abort.signal }))
      await wait(1)
      assert.ok(timers() > idle)
      abort.abort()
      await Promise.allSettled(waiting)
      assert.equal(timers(), idle)
    }))
})
