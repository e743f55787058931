import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { PutWrite, Records, StoredRecord } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { completed, isComplete, keyRings, type Secrets, SecretsError, type StoredSecrets } from '../secrets.ts'

/** Records in PostgreSQL. */
export interface RecordsPlace {
  /** `postgres://...`; may contain a password, so it is never printed. */
  readonly url: string
  /** 32 bytes, which open the secrets that are kept in the records. */
  readonly masterKey: Buffer
}

export interface SealedSecretsOptions {
  readonly records: Records
  readonly env: string
  /** 32 bytes, which only the servers have: a copy of the database signs nothing without it. */
  readonly masterKey: Buffer
}

interface StoredSeal {
  readonly env: string
  /** Base64: initialization vector, authentication tag and the encrypted `StoredSecrets`. */
  readonly secrets: string
}

const KEY = { space: 'cluster', id: 'secrets' } as const
const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * Reads the secrets of an environment from its records, and creates the missing ones; on the first start, all of them.
 * Several processes may do so at once: all get the same.
 *
 * @throws SecretsError when the master key is another one, or the records belong to another environment
 */
export function loadSealedSecrets({ records, env, masterKey }: SealedSecretsOptions): Promise<Secrets> {
  return retryOnConflict(
    async () => {
      const [record] = await records.get([KEY])
      const stored = record === undefined ? {} : unseal(sealOf(record, env), env, masterKey)
      if (isComplete(stored)) return keyRings(stored)
      const complete = completed(stored)
      const write = sealedSecretsPut(complete, env, masterKey)
      const { done } = await records.commit([write], [{ ...KEY, version: record?.version ?? null }])
      return done ? keyRings(complete) : CONFLICT
    },
    { exhausted: () => new SecretsError('the secrets could not be stored: other servers change them all the time') },
  )
}

function sealOf(record: StoredRecord, env: string): string {
  const stored = JSON.parse(record.value) as StoredSeal
  if (stored.env === env) return stored.secrets
  throw new SecretsError(
    `the database has the records of the environment ${stored.env}, not of ${env}: check --records`,
  )
}

/**
 * The secrets in the records of an environment as they are stored; undefined when there are none.
 *
 * @throws SecretsError as `loadSealedSecrets`
 */
export async function readSealedSecrets({
  records,
  env,
  masterKey,
}: SealedSecretsOptions): Promise<Partial<StoredSecrets> | undefined> {
  const [record] = await records.get([KEY])
  return record && unseal(sealOf(record, env), env, masterKey)
}

/** The environment whose secrets are in the records; undefined when there are none. */
export async function envOfRecords(records: Pick<Records, 'get'>): Promise<string | undefined> {
  const [record] = await records.get([KEY])
  return record && (JSON.parse(record.value) as StoredSeal).env
}

/**
 * Seals the secrets under another master key. The secrets stay the same: servers that run go on, and need the new key when
 * they start again.
 *
 * @throws SecretsError as `loadSealedSecrets`, and when there are no secrets
 */
export function resealSecrets(options: SealedSecretsOptions, newMasterKey: Buffer): Promise<void> {
  const { records, env, masterKey } = options
  return retryOnConflict<void>(
    async () => {
      const [record] = await records.get([KEY])
      if (record === undefined) throw new SecretsError('the database has no secrets yet: no server has started on it')
      const stored = completed(unseal(sealOf(record, env), env, masterKey))
      const write = sealedSecretsPut(stored, env, newMasterKey)
      return (await records.commit([write], [{ ...KEY, version: record.version }])).done ? undefined : CONFLICT
    },
    { exhausted: () => new SecretsError('the secrets could not be stored: other servers change them all the time') },
  )
}

/** The write that puts secrets into records that have none. */
export function sealedSecretsPut(stored: StoredSecrets, env: string, masterKey: Buffer): PutWrite {
  const sealed: StoredSeal = { env, secrets: seal(stored, env, masterKey) }
  return { op: 'put', ...KEY, value: JSON.stringify(sealed), entries: [] }
}

function seal(secrets: StoredSecrets, env: string, masterKey: Buffer): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, masterKey, iv).setAAD(Buffer.from(env))
  const encrypted = Buffer.concat([cipher.update(JSON.stringify(secrets)), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), encrypted]).toString('base64')
}

function unseal(sealed: string, env: string, masterKey: Buffer): Partial<StoredSecrets> {
  const bytes = Buffer.from(sealed, 'base64')
  const [iv, tag] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)]
  try {
    const decipher = createDecipheriv(CIPHER, masterKey, iv).setAAD(Buffer.from(env)).setAuthTag(tag)
    const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString()
    return JSON.parse(text) as Partial<StoredSecrets>
  } catch {
    throw new SecretsError(
      'the master key does not open the secrets in the database: use the key that the first start was given in CLOUDSTEAD_MASTER_KEY or --master-key-file',
    )
  }
}
