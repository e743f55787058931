import type { Database } from './database.ts'

/** Settings without which an acknowledged commit may be lost in a crash, or the whole database damaged. */
const SETTINGS = ['fsync', 'full_page_writes', 'synchronous_commit']

/** A warning when the server does not keep what it acknowledges; undefined when it does. */
export async function durabilityWarning(database: Database): Promise<string | undefined> {
  const rows = await database.query({
    text: 'SELECT name FROM unnest($1::text[]) name WHERE current_setting(name, true) = $2',
    values: [SETTINGS, 'off'],
  })
  if (rows.length === 0) return undefined
  const off = rows.map(({ name }) => `${name}=off`).join(', ')
  return `the PostgreSQL server runs with ${off}: a crash of its machine can lose acknowledged writes or damage the database`
}
