import { resolve } from 'node:path'
import { openDataDir } from '../data-dir.ts'
import { openRecords } from '../engines/open.ts'
import type { Records } from '../engines/records/records.ts'
import { loadSecrets, type Secrets } from '../secrets.ts'
import { envOption } from './options.ts'

/** What a command that works beside a server needs of its environment. */
export interface OpenedEnvironment {
  readonly env: string
  readonly records: Records
  readonly secrets: Secrets
}

interface DataOptions {
  readonly env?: string
  readonly 'data-dir'?: string
}

/** The data directory that the options of a command name. */
export function dataDirOf(options: DataOptions): string {
  return resolve(options['data-dir'] ?? 'data')
}

/**
 * Runs work on the records of an environment, for a command of the command line. A running server on the same data
 * directory is not disturbed.
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
