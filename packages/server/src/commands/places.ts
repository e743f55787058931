/** Where the options and the environment variables say that the data of an environment is, if not in a data directory. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { RecordsPlace } from '../cluster/sealed-secrets.ts'
import type { BlobsPlace } from '../engines/open.ts'
import { type Environment, UsageError } from './options.ts'

export const RECORDS_OPTIONS = { records: { type: 'string' }, 'master-key-file': { type: 'string' } } as const

/** The options that locate the records of an environment, for the commands other than `start` and `dev`. */
export const DATA_OPTIONS = { env: { type: 'string' }, 'data-dir': { type: 'string' }, ...RECORDS_OPTIONS } as const

interface RecordsOptions {
  readonly records?: string
  readonly 'master-key-file'?: string
}

const KEY_BYTES = 32

/**
 * Undefined when the records are in the data directory. An option takes precedence over a variable; an empty variable
 * counts as not set.
 *
 * @throws UsageError for a wrong URL, or a master key that is missing or no key
 */
export function recordsPlace(options: RecordsOptions, environment: Environment): RecordsPlace | undefined {
  const url = options.records ?? (environment.CLOUDSTEAD_RECORDS || undefined)
  const file = options['master-key-file']
  if (url === undefined) {
    if (file !== undefined) throw new UsageError('--master-key-file is for records in PostgreSQL: --records is missing')
    return undefined
  }
  return { url: checkedUrl(url), masterKey: masterKey(file, environment.CLOUDSTEAD_MASTER_KEY || undefined) }
}

/** The message leaves the value out, because it may contain a password. */
function checkedUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const isPostgres = parsed?.protocol === 'postgres:' || parsed?.protocol === 'postgresql:'
  if (!isPostgres || parsed.pathname.length < 2 || !isDecodable(parsed)) {
    throw new UsageError(
      '--records (or CLOUDSTEAD_RECORDS) must look like postgres://USER:PASSWORD@HOST:5432/DATABASE; special characters in a password are written as %XX',
    )
  }
  return url
}

/** Whether the parts that the driver decodes are encoded rightly. */
function isDecodable({ username, password, pathname }: URL): boolean {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}

function masterKey(file: string | undefined, variable: string | undefined): Buffer {
  const text = file === undefined ? variable : readKeyFile('master-key-file', file)
  const name = file === undefined ? 'CLOUDSTEAD_MASTER_KEY' : `--master-key-file ${file}`
  if (text === undefined) {
    throw new UsageError(
      'records in PostgreSQL need a master key in CLOUDSTEAD_MASTER_KEY or --master-key-file; cloudstead keys master makes one. Keep it: without it the secrets in the database are lost.',
    )
  }
  return parsedKey(text, name)
}

/** The master key in a file that an option names. @throws UsageError */
export function masterKeyFile(option: string, file: string | undefined): Buffer {
  if (file === undefined) throw new UsageError(`--${option} is missing: a file with what cloudstead keys master prints`)
  return parsedKey(readKeyFile(option, file), `--${option} ${file}`)
}

/** @param name what the text is, for the error */
function parsedKey(text: string, name: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length === KEY_BYTES && key.toString('base64') === text.trim()) return key
  throw new UsageError(`${name} is no master key: base64 of ${KEY_BYTES} bytes, as cloudstead keys master prints`)
}

function readKeyFile(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`--${option} ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

/**
 * Undefined when the files are in the data directory. The keys of S3 are only read from the variables.
 *
 * @param option the name and the value of the option
 * @throws UsageError for a wrong URL, or keys that are missing
 */
export function blobsPlace(option: string | undefined, environment: Environment): BlobsPlace | undefined {
  const url = option ?? (environment.CLOUDSTEAD_BLOBS || undefined)
  if (url === undefined) return undefined
  if (url.startsWith('s3:')) return { url, credentials: s3Credentials(environment) }
  if (!url.startsWith('file:///') || !URL.canParse(url)) {
    throw new UsageError(
      '--blobs (or CLOUDSTEAD_BLOBS) must look like s3://BUCKET/PREFIX?endpoint=URL&region=REGION or file:///DIRECTORY',
    )
  }
  return { directory: directoryOf(url) }
}

/** @throws UsageError */
function directoryOf(url: string): string {
  try {
    const directory = fileURLToPath(url)
    if (directory.length > 1) return directory
  } catch {
    // An encoded slash, or a wrong escape.
  }
  throw new UsageError(
    '--blobs (or CLOUDSTEAD_BLOBS) file:///... must name a directory, as in file:///srv/cloudstead-files',
  )
}

function s3Credentials(environment: Environment) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    const missing = AWS_ACCESS_KEY_ID ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID'
    throw new UsageError(`files in S3 need the keys of the bucket: ${missing} is not set`)
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  }
}
