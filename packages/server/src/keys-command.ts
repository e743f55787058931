import { createKeys, type Keys } from './auth/index.ts'
import { openDataDir } from './data-dir.ts'
import { openSqliteRecords } from './engines/records/sqlite/sqlite-records.ts'
import { loadSecrets } from './secrets.ts'

/** Opens the keys of an environment for the command line; a running server on the same directory is not disturbed. */
export async function openKeys(dataDir: string, env: string): Promise<{ keys: Keys; close(): Promise<void> }> {
  const paths = openDataDir(dataDir, env)
  const secrets = await loadSecrets(paths.dir)
  const records = await openSqliteRecords({ file: paths.records })
  return { keys: createKeys({ env, records, ring: secrets.apiSecret, now: Date.now }), close: () => records.close() }
}
