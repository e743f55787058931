/** The environment that a command works on beside the server. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { envOfRecords, loadSealedSecrets, type RecordsPlace } from '../cluster/sealed-secrets.ts'
import { environmentsIn, openDataDir } from '../data-dir.ts'
import { openRecords } from '../engines/open.ts'
import type { Records } from '../engines/records/records.ts'
import { refuseUnfinished } from '../migrate/state.ts'
import { loadSecrets, type Secrets } from '../secrets.ts'
import { type Environment, envOption, UsageError } from './options.ts'
import { recordsPlace } from './places.ts'
import { DEFAULT_DATA_DIR, DEV_DATA_DIR } from './usage.ts'

/** What a command gets of an environment. */
export interface OpenedEnvironment {
  readonly env: string
  readonly records: Records
  readonly secrets: Secrets
}

/** The options that say which environment, and where its data is. */
export interface EnvironmentOptions {
  readonly env?: string
  readonly 'data-dir'?: string
  readonly records?: string
  readonly 'master-key-file'?: string
}

/** An environment, and where its data is. */
type Located =
  | { readonly env: string; readonly dataDir: string }
  | { readonly env: string; readonly place: RecordsPlace }

/** Whether a command may create the environment in a data directory that has none yet, before the server's first start. */
type Missing = 'create' | 'refuse'

/**
 * Opens the records of an environment, runs `work` and closes them. Safe while a server runs on the same data directory.
 *
 * @throws UsageError when the options name no environment that exists, and `missing` does not allow creating it
 */
export async function withEnvironment<T>(
  options: EnvironmentOptions,
  environment: Environment,
  missing: Missing,
  work: (opened: OpenedEnvironment) => Promise<T>,
): Promise<T> {
  const located = checkEnvironment(options, environment, missing)
  if ('place' in located) return withDatabase(located.env, located.place, missing, work)
  const { env, dataDir } = located
  if (!environmentsIn(dataDir).includes(env)) {
    process.stderr.write(
      `cloudstead: created the environment ${env} in ${dataDir}; start the server with --env ${env} --data-dir ${dataDir}\n`,
    )
  }
  const paths = openDataDir(dataDir, env)
  const records = await openRecords(paths)
  try {
    await refuseUnfinished(records)
    return await work({ env, records, secrets: await loadSecrets(paths.dir) })
  } finally {
    await records.close()
  }
}

/** The records and the secrets in PostgreSQL. Secrets that are missing are made, as a start does, if that is allowed. */
async function withDatabase<T>(
  env: string,
  { url, masterKey }: RecordsPlace,
  missing: Missing,
  work: (opened: OpenedEnvironment) => Promise<T>,
): Promise<T> {
  const records = await openRecords({ records: url })
  try {
    await refuseUnfinished(records)
    if (missing === 'refuse' && (await envOfRecords(records)) === undefined) {
      throw new UsageError('the database has no environment yet: no server has started on it; check --records')
    }
    return await work({ env, records, secrets: await loadSealedSecrets({ records, env, masterKey }) })
  } finally {
    await records.close()
  }
}

/**
 * The environment that the options name, in PostgreSQL or in a data directory. Without `--data-dir`, it is in `./data`, or in `./.cloudstead` of `dev`.
 *
 * @throws UsageError as {@link withEnvironment} does
 */
export function checkEnvironment(options: EnvironmentOptions, environment: Environment, missing: Missing): Located {
  const env = envOption(options.env)
  const place = recordsPlace(options, environment)
  if (place) return { env, place }
  const given = options['data-dir']
  const found = given ?? [DEFAULT_DATA_DIR, DEV_DATA_DIR].find((dir) => existsSync(dir))
  if (found === undefined) {
    throw new UsageError(
      `there is neither ./${DEFAULT_DATA_DIR} nor ./${DEV_DATA_DIR} here; name the data directory of the server with --data-dir`,
    )
  }
  const dataDir = resolve(found)
  const existing = environmentsIn(dataDir)
  const mayCreate = missing === 'create' && given !== undefined && existing.length === 0
  if (existing.includes(env) || mayCreate) return { env, dataDir }
  const others = existing.length === 0 ? 'it has none' : `it has ${existing.join(', ')}`
  throw new UsageError(`there is no environment ${env} in ${dataDir}; ${others}; check --env and --data-dir`)
}
