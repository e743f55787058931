import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { done, entry, getOne, put } from '../records.fixture.ts'
import { openForReading, SCHEMA_VERSION } from './schema.ts'
import { schema1File } from './schema-1.fixture.ts'
import { openSqliteRecords } from './sqlite-records.ts'
import { verifySqliteRecords } from './verify.ts'
import { startWriter } from './writer-client.ts'

describe('the records file', () => {
  let folder: string
  let file: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'records-'))
    file = join(folder, 'records.db')
  })

  afterEach(() => rm(folder, { recursive: true }))

  function change(sql: string): void {
    const db = new DatabaseSync(file)
    db.exec(sql)
    db.close()
  }

  test('is opened twice at once, and again, without another migration', async () => {
    const [one, two] = await Promise.all([openSqliteRecords({ file }), openSqliteRecords({ file })])
    await done(one.commit([put('s', 'a', '1')]))
    assert.equal((await getOne(two, { space: 's', id: 'a' }))?.value, '1')
    await done(two.commit([put('s', 'b', '2')]))
    await Promise.all([one.close(), two.close()])
    const again = await openSqliteRecords({ file })
    assert.equal(await again.count('s'), 2)
    await again.close()
    const db = await openForReading(file, 64)
    assert.equal(db.prepare('PRAGMA user_version').get()?.user_version, SCHEMA_VERSION)
    db.close()
  })

  test('is one file again after closing', async () => {
    const records = await openSqliteRecords({ file })
    await done(records.commit([put('s', 'a', '1')]))
    await records.close()
    assert.deepEqual(await readdir(folder), ['records.db'])
    assert.equal(verifySqliteRecords(file).records, 1)
  })

  test('is readable by its owner only, with all that lies beside it', async () => {
    await writeFile(file, '')
    await chmod(file, 0o644)
    const records = await openSqliteRecords({ file })
    await done(records.commit([put('s', 'a', '1')]))
    for (const name of await readdir(folder)) assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name)
    assert.equal((await readdir(folder)).length, 3)
    await records.close()
  })

  test('is made with its folder', async () => {
    const records = await openSqliteRecords({ file: join(folder, 'new', 'data', 'records.db') })
    await records.close()
    assert.equal((await stat(join(folder, 'new'))).mode & 0o777, 0o700)
  })

  test('of a newer version is refused and left as it is', async () => {
    await (await openSqliteRecords({ file })).close()
    change(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`)
    await assert.rejects(
      openSqliteRecords({ file }),
      /was written by a newer Cloudstead \(schema \d+, this one knows \d+\)/,
    )
    await assert.rejects(openSqliteRecords({ file }), /newer/)
    change(`PRAGMA user_version = ${SCHEMA_VERSION}`)
    await (await openSqliteRecords({ file })).close()
  })

  test('of another program is refused and left as it is', async () => {
    change('CREATE TABLE theirs (a)')
    await assert.rejects(openSqliteRecords({ file }), /is not a Cloudstead records database/)
    const db = new DatabaseSync(file)
    assert.deepEqual(
      db
        .prepare('SELECT name FROM sqlite_schema')
        .all()
        .map((row) => row.name),
      ['theirs'],
    )
    db.close()
    await writeFile(file, 'this is no database, whatever its name says '.repeat(100))
    await assert.rejects(openSqliteRecords({ file }), /not a database/)
  })

  test('of schema 1 is brought up to date: everything is kept, and versions go on above the old ones', async () => {
    await writeFile(file, schema1File())
    const records = await openSqliteRecords({ file })
    const a = { space: 'files', id: 'a' }
    const u1 = { space: 'users', id: 'u1' }
    assert.deepEqual(await records.get([a, { space: 'files', id: 'b' }, u1]), [
      { ...a, version: 4, value: '{"n":3}' },
      undefined,
      { ...u1, version: 3, value: '用户' },
    ])
    assert.equal((await records.find({ space: 'files', index: 'path', limit: 9 })).records.length, 2)
    assert.equal((await records.commit([put('users', 'u2', '', [entry('name', 'u1', true)])])).done, false)
    await done(records.commit([put('files', 'b', '')], [{ space: 'files', id: 'b', version: null }]))
    await done(records.commit([put('files', 'a', '')], [{ ...a, version: 4 }]))
    assert.equal((await getOne(records, { space: 'files', id: 'b' }))?.version, 6)
    assert.equal((await getOne(records, a))?.version, 7)
    await records.close()
    const { missingEntries, strayEntries, damage } = verifySqliteRecords(file)
    assert.deepEqual({ missingEntries, strayEntries, damage }, { missingEntries: [], strayEntries: [], damage: [] })
  })

  test('a process of schema 1 that still has the file open writes no more', async () => {
    await writeFile(file, schema1File())
    const old = new DatabaseSync(file)
    old.exec('PRAGMA journal_mode = WAL')
    const newest = old.prepare('SELECT max(seq) AS seq FROM changes')
    assert.equal(newest.get()?.seq, 5)
    const records = await openSqliteRecords({ file })
    assert.throws(() => newest.get(), /no such table/)
    old.close()
    await records.close()
  })

  test('a writer that cannot start fails the commits that wait for it, and the next commit starts another', async () => {
    const later = join(folder, 'later', 'records.db')
    const writer = startWriter({ file: later, cacheKib: 64, changesKept: 10, followMs: 1_000 }, () => {})
    const commit = { writes: [{ space: 's', id: 'a', value: '1' }], expectations: [], bytes: 1 }
    await assert.rejects(writer.submit(commit), /stopped before it answered/)
    const db = await openForReading(later, 64)
    assert.equal(await writer.submit(commit), 'done')
    await writer.close()
    db.close()
  })
})
