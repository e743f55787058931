import assert from 'node:assert/strict'
import pg from 'pg'
import { unpackEntries } from '../entry-list.ts'
import { shorten, splitKey } from './bytes.ts'

interface StoredRow {
  readonly space: Buffer
  readonly id: Buffer
  readonly entries: Buffer
}

/** Runs SQL on a database, as an administrator or another program does. */
export async function sql(url: string, text: string, values: unknown[] = []): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text, values)).rows
  } finally {
    await client.end()
  }
}

/** Checks that the tables of entries hold what the records say, and nothing else. */
export async function assertSound(url: string): Promise<void> {
  const records = (await sql(url, 'SELECT space, id, entries FROM records WHERE value IS NOT NULL')) as StoredRow[]
  const [expected, unique] = [new Set<string>(), new Set<string>()]
  for (const { space, id, entries } of records) {
    for (const { index, key, unique: isUnique } of unpackEntries(entries).values()) {
      const { prefix, hash, tail } = splitKey(key)
      const name = shorten(Buffer.from(index))
      expected.add(textOf(space, name, prefix, hash, id, tail))
      if (isUnique) unique.add(textOf(space, name, shorten(Buffer.from(key)), id))
    }
  }
  const entries = await sql(url, 'SELECT space, idx, key, hash, id, tail FROM entries')
  const uniques = await sql(url, 'SELECT space, idx, key, id FROM uniques')
  assert.deepEqual(new Set(entries.map((row) => textOf(...Object.values(row)))), expected)
  assert.deepEqual(new Set(uniques.map((row) => textOf(...Object.values(row)))), unique)
}

function textOf(...parts: Buffer[]): string {
  return parts.map((part) => part.toString('hex')).join(' ')
}
