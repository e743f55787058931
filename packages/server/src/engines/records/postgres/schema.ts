import { randomBytes } from 'node:crypto'
import type { Database } from './database.ts'
import { isCollision, isCreatedMeanwhile } from './errors.ts'
import { RecordsDatabaseError } from './open-errors.ts'
import { COMMIT } from './statements.ts'

/** The schema version that this code reads and writes. */
const SCHEMA_VERSION = 1

/**
 * `records`: a deleted record stays for a while without a value, as a place to lock and to go on counting its version.
 * `bytes` is the length of the value before it was escaped. `entries`: see `splitKey`; `uniques` has the unique entries
 * once more. A lane belongs to one writer of one process, which has one transaction at a time (lanes.ts); `version` is
 * that of the newest write of the lane. `feeds`: see feed.ts. `store` is one row: `store` identifies the store, `epoch`
 * grows when spaces are followed.
 */
const TABLES = [
  `CREATE TABLE IF NOT EXISTS store (one int PRIMARY KEY CHECK (one = 1), schema int NOT NULL, store bytea NOT NULL, epoch bigint NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS records (space bytea NOT NULL, id bytea NOT NULL, version bigint NOT NULL, entries bytea NOT NULL, bytes int NOT NULL, value text, PRIMARY KEY (space, id))`,
  `CREATE TABLE IF NOT EXISTS tombstones (version bigint NOT NULL, space bytea NOT NULL, id bytea NOT NULL, PRIMARY KEY (version, space, id))`,
  `CREATE TABLE IF NOT EXISTS entries (space bytea NOT NULL, idx bytea NOT NULL, key bytea NOT NULL, hash bytea NOT NULL, id bytea NOT NULL, tail bytea NOT NULL, PRIMARY KEY (space, idx, key, hash, id))`,
  `CREATE INDEX IF NOT EXISTS long_entries ON entries (space, idx, key) WHERE hash <> ''`,
  `CREATE TABLE IF NOT EXISTS uniques (space bytea NOT NULL, idx bytea NOT NULL, key bytea NOT NULL, id bytea NOT NULL, PRIMARY KEY (space, idx, key))`,
  `CREATE TABLE IF NOT EXISTS lanes (lane bigint PRIMARY KEY, version bigint NOT NULL, used timestamptz NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS changes (lane bigint NOT NULL, version bigint NOT NULL, op int NOT NULL, space bytea NOT NULL, id bytea NOT NULL, PRIMARY KEY (lane, version))`,
  `CREATE TABLE IF NOT EXISTS feeds (space bytea PRIMARY KEY, since bigint, expires timestamptz NOT NULL)`,
]

const ATTEMPTS = 10

/**
 * Makes the tables when the database has none; several processes may do so at once. Resolves to the identifier of the
 * store. Throws when the database belongs to another program or a newer version.
 */
export async function prepareSchema(database: Database): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await readStore(database)) ?? (await createTables(database))
    } catch (error) {
      if (attempt === ATTEMPTS || !(isCreatedMeanwhile(error) || isCollision(error))) throw error
    }
  }
}

/** Undefined when there are no tables yet. */
async function readStore(database: Database): Promise<Buffer | undefined> {
  const [about] = await database.query({
    text: `SELECT to_regclass('store') IS NOT NULL AS ours, to_regclass('records') IS NOT NULL AS taken,
      current_database() AS name, getdatabaseencoding() AS encoding`,
  })
  const name = String(about?.name)
  if (about?.encoding !== 'UTF8') {
    throw new RecordsDatabaseError(
      `the database "${name}" has the encoding ${about?.encoding}: create one with encoding UTF8`,
    )
  }
  if (about.ours !== true) {
    if (about.taken !== true) return undefined
    throw new RecordsDatabaseError(`the database "${name}" has tables of another program: create one for Cloudstead`)
  }
  const [row] = await database.query({ text: 'SELECT schema, store FROM store WHERE one = 1' })
  if (Number(row?.schema) > SCHEMA_VERSION) {
    throw new RecordsDatabaseError(
      `the database "${name}" was written by a newer Cloudstead (schema ${row?.schema}, this one knows ${SCHEMA_VERSION}): start that version or a later one`,
    )
  }
  return row?.store as Buffer | undefined
}

async function createTables(database: Database): Promise<Buffer> {
  const tables = TABLES.map((text) => ({ text }))
  await database.transaction(async (send) => {
    await send([
      ...tables,
      {
        text: 'INSERT INTO store (one, schema, store, epoch) VALUES (1, $1, $2, 1)',
        values: [SCHEMA_VERSION, randomBytes(16)],
      },
      COMMIT,
    ])
  })
  const store = await readStore(database)
  if (!store) throw new Error('the tables of the records are missing after they were made')
  return store
}
