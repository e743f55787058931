import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { packEntries } from '../entry-list.ts'
import { batchWriter, type Outcome, type QueuedCommit } from './batch.ts'
import { openForReading, openForWriting } from './schema.ts'
import { verifySqliteRecords } from './verify.ts'

describe('a batch when the engine fails', () => {
  let folder: string
  let file: string
  let db: DatabaseSync
  let write: (commits: readonly QueuedCommit[]) => readonly Outcome[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'records-'))
    file = join(folder, 'records.db')
    const reading = await openForReading(file, 1_024)
    reading.close()
    db = openForWriting(file, 1_024)
    const writeBatch = batchWriter(db, { changesKept: 1_000, followMs: 60_000 })
    write = (commits) => writeBatch(commits).outcomes
  })

  afterEach(async () => {
    db.close()
    await rm(folder, { recursive: true })
  })

  function putting(...ids: string[]): QueuedCommit {
    const writes = ids.map((id) => ({
      space: 's',
      id,
      value: 'x'.repeat(200),
      entries: packEntries([{ index: 'i', key: Buffer.from(id), unique: true }]),
    }))
    return { writes, expectations: [], bytes: 0 }
  }

  const kinds = (outcomes: readonly Outcome[]) =>
    outcomes.map((outcome) => (typeof outcome === 'string' ? outcome : Object.keys(outcome)[0]))
  const stored = () =>
    db
      .prepare('SELECT id, version FROM records ORDER BY id')
      .all()
      .map(({ id, version }) => `${id}${version}`)

  test('only the commit at fault fails, and leaves no gap in the versions', () => {
    db.exec(`CREATE TRIGGER fault AFTER INSERT ON entries WHEN NEW.id = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END`)
    const outcomes = write([putting('a'), putting('bad'), putting('b', 'bad', 'c'), putting('d', 'e')])
    assert.deepEqual(kinds(outcomes), ['done', 'error', 'error', 'done'])
    assert.deepEqual(stored(), ['a1', 'd2', 'e3'])
    assert.deepEqual(kinds(write([putting('bad')])), ['error'])
    assert.deepEqual(kinds(write([putting('f')])), ['done'])
    assert.deepEqual(stored(), ['a1', 'd2', 'e3', 'f4'])
    assert.deepEqual(verifySqliteRecords(file).missingEntries, [])
    assert.deepEqual(verifySqliteRecords(file).strayEntries, [])
  })

  test('also when the engine takes back the whole transaction by itself', () => {
    db.exec(`CREATE TRIGGER fault AFTER INSERT ON entries WHEN NEW.id = 'bad' BEGIN SELECT RAISE(ROLLBACK, 'no'); END`)
    assert.deepEqual(kinds(write([putting('a'), putting('bad'), putting('b')])), ['done', 'error', 'done'])
    assert.deepEqual(stored(), ['a1', 'b2'])
    assert.deepEqual(kinds(write([putting('c'), putting('d')])), ['done', 'done'])
    assert.deepEqual(stored(), ['a1', 'b2', 'c3', 'd4'])
  })

  test('a full disk refuses what does not fit and loses nothing', () => {
    const pages = Number(db.prepare('PRAGMA page_count').get()?.page_count)
    db.exec(`PRAGMA max_page_count = ${pages + 4}`)
    const outcomes = Array.from({ length: 60 }, (_, at) => write([putting(`a${at}`), putting(`b${at}`)])).flat()
    const refused = outcomes.filter((outcome) => typeof outcome === 'object')
    assert.ok(refused.length > 0 && refused.length < outcomes.length)
    assert.ok(refused.every((outcome) => 'error' in outcome && outcome.error.includes('full')))
    assert.equal(stored().length, outcomes.length - refused.length)
    db.exec('PRAGMA max_page_count = 100000')
    assert.deepEqual(write([putting('after')]), ['done'])
    const { missingEntries, strayEntries, damage } = verifySqliteRecords(file)
    assert.deepEqual({ missingEntries, strayEntries, damage }, { missingEntries: [], strayEntries: [], damage: [] })
  })

  test('each commit sees what those before it in the batch have written, and nothing of those that were refused', () => {
    const expecting = (version: number | null, commit: QueuedCommit): QueuedCommit => ({
      ...commit,
      expectations: [{ space: 's', id: 'a', version }],
    })
    const removing: QueuedCommit = { writes: [{ space: 's', id: 'a' }], expectations: [], bytes: 0 }
    // The second one writes `a`, then fails at `c`, whose unique key is that of `b`.
    const [b, c] = [putting('b'), { ...putting('b').writes[0], space: 's', id: 'c' }]
    const refused: QueuedCommit = { writes: [...putting('a').writes, c], expectations: [], bytes: 0 }
    const outcomes = write([
      b,
      refused,
      expecting(null, putting('a')),
      expecting(2, removing),
      expecting(null, removing),
    ])
    assert.deepEqual(kinds(outcomes), ['done', 'duplicate', 'done', 'done', 'done'])
    const again = write([expecting(3, putting('a')), expecting(null, putting('a')), expecting(4, putting('a'))])
    assert.deepEqual(kinds(again), ['conflict', 'done', 'done'])
    assert.deepEqual(stored(), ['a5', 'b1'])
  })

  test('a lock that another connection keeps is an error, not a crash', () => {
    const other = openForWriting(file, 1_024)
    db.exec('PRAGMA busy_timeout = 1')
    other.exec('BEGIN IMMEDIATE')
    assert.deepEqual(kinds(write([putting('a'), putting('b')])), ['error', 'error'])
    other.exec('ROLLBACK')
    other.close()
    assert.deepEqual(kinds(write([putting('a'), putting('b')])), ['done', 'done'])
    assert.deepEqual(stored(), ['a1', 'b2'])
  })

  test('the check finds what does not belong together', () => {
    write([putting('a', 'b')])
    db.exec(`DELETE FROM entries WHERE id = 'a'; DELETE FROM records WHERE id = 'b'`)
    assert.deepEqual(verifySqliteRecords(file), {
      records: 1,
      entries: 1,
      missingEntries: [{ space: 's', index: 'i', id: 'a' }],
      strayEntries: [{ space: 's', index: 'i', id: 'b' }],
      damage: [],
    })
  })
})
