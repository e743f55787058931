import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { done, getOne, put } from '../records-commit.contract.ts'
import { openForReading, SCHEMA_VERSION } from './schema.ts'
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

  test('drops old changes, and the feed says so', async () => {
    const records = await openSqliteRecords({ file, changesKept: 10 })
    const start = await done(records.commit([put('s', 'a', '1')]))
    const end = await done(records.commit(Array.from({ length: 1_100 }, (_, at) => put('s', `r${at}`, '1'))))
    assert.deepEqual(await records.changesSince(start, 5), { changes: [], next: end, truncated: true })
    assert.equal((await records.changesSince(end - 10, 20)).changes.length, 10)
    assert.equal((await records.changesSince(end - 11, 20)).truncated, true)
    assert.equal(await done(records.commit([put('s', 'a', '2')])), end + 1)
    await records.close()
  })

  test('a writer that cannot start fails the commits that wait for it, and the next commit starts another', async () => {
    const writer = startWriter({ file: join(folder, 'later', 'records.db'), cacheKib: 64, changesKept: 10 })
    const commit = { writes: [{ space: 's', id: 'a', value: '1' }], expectations: [], bytes: 1 }
    await assert.rejects(writer.commit(commit), /stopped before it answered/)
    const db = await openForReading(join(folder, 'later', 'records.db'), 64)
    assert.equal(await writer.commit(commit), 1)
    await writer.close()
    db.close()
  })
})
