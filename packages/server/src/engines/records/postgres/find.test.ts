import assert from 'node:assert/strict'
import { test } from 'node:test'
import { done, entry, put } from '../records.fixture.ts'
import type { KeyRange } from '../records.ts'
import { onPostgres, until } from './postgres.fixture.ts'
import { openPostgresRecords } from './postgres-records.ts'
import { sql } from './verify.fixture.ts'

onPostgres('a page over many ranges', ({ newDatabase }) => {
  const values = Array.from({ length: 300 }, (_, at) => `v${String(at).padStart(3, '0')}`)
  const ranges = values.map((value): KeyRange => {
    const key = new TextEncoder().encode(value)
    return { from: { key, inclusive: true }, to: { key, inclusive: true } }
  })
  test('reads few more entries than it has', async () => {
    const url = await newDatabase()
    const records = await openPostgresRecords({ url })
    await done(
      records.commit(
        values.flatMap((value, at) => [...'abcdefghij'].map((id) => put('s', `${id}${at}`, '', [entry('i', value)]))),
      ),
    )
    await sql(url, 'ANALYZE')
    await records.close()
    const entriesRead = async (): Promise<number> => {
      const text = `SELECT idx_tup_read AS read FROM pg_stat_user_indexes WHERE indexrelname = 'entries_pkey'`
      return Number((await sql(url, text))[0]?.read)
    }
    // A session counts at its end.
    const sessions = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
    await until(async () => (await sql(url, sessions)).length === 0)
    const before = await entriesRead()
    const reader = await openPostgresRecords({ url })
    assert.equal((await reader.find({ space: 's', index: 'i', ranges, limit: 50 })).records.length, 50)
    await reader.close()
    await until(async () => (await sql(url, sessions)).length === 0)
    const read = (await entriesRead()) - before
    assert.ok(read >= 50 && read < 600, `read ${read}`)
  })
})
