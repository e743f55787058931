import { createKeys, type Keys } from '../auth/index.ts'
import { openDataDir } from '../data-dir.ts'
import type { Records } from '../engines/records/records.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import { loadSecrets } from '../secrets.ts'

export interface OpenedKeys {
  readonly keys: Keys
  /** What the keys are kept in, for the other commands that need it. */
  readonly records: Records
  close(): Promise<void>
}

/** Opens the keys of an environment for the command line; a running server on the same directory is not disturbed. */
export async function openKeys(dataDir: string, env: string): Promise<OpenedKeys> {
  const paths = openDataDir(dataDir, env)
  const secrets = await loadSecrets(paths.dir)
  const records = await openSqliteRecords({ file: paths.records })
  const keys = createKeys({ env, records, ring: secrets.apiSecret, now: Date.now })
  return { keys, records, close: () => records.close() }
}
