/** `cloudstead migrate`: copies an environment between a data directory and a database, while its servers run. */
import { resolve } from 'node:path'
import { BlobsUnavailableError } from '../engines/blobs/blobs.ts'
import { RecordsUnavailableError } from '../engines/records/unavailable.ts'
import { MigrationError } from '../migrate/error.ts'
import { type Migrated, migrate } from '../migrate/migrate.ts'
import { onlyEnvironment, type Place } from '../migrate/places.ts'
import { migrationOutput } from './migrate-output.ts'
import { choice, type Environment, envOption, parseOptions, UsageError } from './options.ts'
import { blobsPlace, recordsPlace } from './places.ts'
import { DEFAULT_PORT } from './usage.ts'

const OPTIONS = {
  env: { type: 'string' },
  'from-data-dir': { type: 'string' },
  'from-records': { type: 'string' },
  'from-blobs': { type: 'string' },
  'to-data-dir': { type: 'string' },
  'to-records': { type: 'string' },
  'to-blobs': { type: 'string' },
  'master-key-file': { type: 'string' },
  'no-wait': { type: 'boolean' },
  stopped: { type: 'boolean' },
  verify: { type: 'string' },
  json: { type: 'boolean' },
} as const

const DEFAULT_WIDTH = 80

/** The options of one side. */
interface SideOptions {
  readonly dataDir: string | undefined
  readonly records: string | undefined
  readonly blobs: string | undefined
}

export async function migrateCommand(args: readonly string[], environment: Environment): Promise<number> {
  const options = parseOptions(args, OPTIONS)
  const thoroughness = choice('verify', options.verify, ['sample', 'all'])
  const place = (side: 'from' | 'to', given: SideOptions) =>
    sidePlace(side, given, options['master-key-file'], environment)
  const from = place('from', {
    dataDir: options['from-data-dir'],
    records: options['from-records'],
    blobs: options['from-blobs'],
  })
  const to = place('to', {
    dataDir: options['to-data-dir'],
    records: options['to-records'],
    blobs: options['to-blobs'],
  })
  if (from.records === undefined && to.records === undefined && options['master-key-file'] !== undefined) {
    throw new UsageError('--master-key-file is for records in PostgreSQL: --from-records or --to-records is missing')
  }
  // Everything that this process creates is readable by its owner only.
  process.umask(0o077)
  const env = options.env === undefined ? await onlyEnvironment(from) : envOption(options.env)
  const output = migrationOutput({
    json: options.json === true,
    write: (text) => process.stdout.write(text),
    // Some terminals say 0.
    width: process.stdout.isTTY ? process.stdout.columns || DEFAULT_WIDTH : undefined,
    now: () => performance.now(),
  })
  try {
    const migrated = await migrate({
      env,
      from,
      to,
      wait: options['no-wait'] !== true,
      isStopped: options.stopped === true,
      thoroughness,
      report: output,
    })
    const start = startArguments(env, options)
    if (migrated === undefined) output.say('waiting', {}, REMAINS)
    else output.say('finished', { ...migrated, start }, summary(migrated, start))
    return 0
  } catch (error) {
    const isAway = error instanceof RecordsUnavailableError || error instanceof BlobsUnavailableError
    throw isAway ? new MigrationError(`${error.message}; repeat the command, which goes on where it ended`) : error
  } finally {
    output.end()
  }
}

const REMAINS = `The copy is up to date. What remains: stop the server of the source, and run this command again without --no-wait.
Do not start a server on the target before.`

/** The variables say where a server keeps its data, which need not be either side, so they are not asked for places. */
function sidePlace(
  side: 'from' | 'to',
  { dataDir, records, blobs }: SideOptions,
  masterKeyFile: string | undefined,
  { CLOUDSTEAD_RECORDS, CLOUDSTEAD_BLOBS, ...environment }: Environment,
): Place {
  if ((dataDir === undefined) === (records === undefined)) {
    throw new UsageError(`migrate needs either --${side}-data-dir or --${side}-records`)
  }
  if (records !== undefined && blobs === undefined) {
    throw new UsageError(`--${side}-blobs is missing: where the files are, such as file:///srv/cloudstead-files`)
  }
  const place = { blobs: named(`${side}-blobs`, 'blobs', () => blobsPlace(blobs, environment)) }
  if (dataDir !== undefined) return { ...place, dataDir: resolve(dataDir) }
  const options = {
    ...(records === undefined ? {} : { records }),
    ...(masterKeyFile === undefined ? {} : { 'master-key-file': masterKeyFile }),
  }
  const found = named(`${side}-records`, 'records', () => recordsPlace(options, environment))
  return { ...place, ...(found ? { records: found } : {}) }
}

/** The options of `start` have other names. */
function named<T>(option: string, other: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(error.message.replace(new RegExp(`^--${other}(?: \\(or [A-Z_]+\\))?`), `--${option}`))
  }
}

function summary({ records, files, damaged, lost }: Migrated, start: string): string {
  const lines = [`Done: ${records} records are in the target; the bytes of ${files} files were read again.`]
  if (lost > 0) lines.push(`${lost} files have no bytes in the source either. The others are complete.`)
  if (damaged > 0)
    lines.push(`${damaged} files were damaged in the source already: their bytes are not what was uploaded.`)
  return [
    ...lines,
    'Start the server on the copy, with the options that you use besides:',
    `  ${start}`,
    'Do not start it on the source any more: what is written there would be missing here. Delete the source when you no longer need it.',
  ].join('\n')
}

/** To be pasted into a shell. What the URL of a database says besides its place may be secret, and is left out. */
function startArguments(env: string, options: Readonly<Record<string, unknown>>): string {
  const { 'to-data-dir': dataDir, 'to-records': records, 'to-blobs': blobs, 'master-key-file': keyFile } = options
  const words = ['cloudstead start', `--env ${env}`, `--port ${DEFAULT_PORT}`]
  if (dataDir !== undefined) words.push(`--data-dir ${quoted(String(dataDir))}`)
  if (records !== undefined) words.push(`--records ${quoted(withoutSecrets(String(records)))}`)
  if (blobs !== undefined) words.push(`--blobs ${quoted(String(blobs))}`)
  if (records !== undefined && keyFile !== undefined) words.push(`--master-key-file ${quoted(String(keyFile))}`)
  return words.join(' ')
}

function withoutSecrets(text: string): string {
  const url = new URL(text)
  if (url.password !== '') url.password = '***'
  url.search = ''
  return url.href
}

/** One word of a command line. */
function quoted(word: string): string {
  return /^[\w@%+=:,./*-]+$/.test(word) && !word.includes('*') ? word : `'${word.replaceAll("'", "'\\''")}'`
}
