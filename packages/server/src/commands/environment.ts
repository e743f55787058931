import { resolve } from 'node:path'
import { openDataDir } from '../data-dir.ts'
import { openRecords } from '../engines/open.ts'
import type { Records } from '../engines/records/records.ts'
import { loadSecrets, type Secrets } from '../secrets.ts'
import { envOption } from './options.ts'

/** What a command gets of an environment. */
export interface OpenedEnvironment {
  readonly env: string
  readonly records: Records
  readonly secrets: Secrets
}

interface DataOptions {
  readonly env?: string
  readonly 'data-dir'?: string
}

/** The absolute path of the data directory that the options name. */
export function dataDirOf(options: DataOptions): string {
  return resolve(options['data-dir'] ?? 'data')
}

/**
 * Opens the records of an environment, runs `work` and closes them. Safe while a server runs on the same data directory.
 *
 * @throws UsageError when `--env` is missing or not valid
 */
export async function withEnvironment<T>(
  options: DataOptions,
  work: (opened: OpenedEnvironment) => Promise<T>,
): Promise<T> {
  const env = envOption(options.env)
  const paths = openDataDir(dataDirOf(options), env)
  const secrets = await loadSecrets(paths.dir)
  const records = await openRecords(paths)
  try {
    return await work({ env, records, secrets })
  } finally {
    await records.close()
  }
}
