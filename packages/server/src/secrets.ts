import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What keys are used for. Each purpose has its own secrets. */
export const PURPOSES = [
  'accessToken',
  'providerToken',
  'uploadTicket',
  'objectUrl',
  'apiSecret',
  'listCursor',
] as const
type Purpose = (typeof PURPOSES)[number]

export interface SecretKey {
  /** The key id: letters and digits. Everything signed with the key carries it, so that keys can be rotated. */
  readonly kid: string
  readonly secret: KeyObject
}

/** The keys of one purpose. The current key signs; any of them verifies. */
export interface KeyRing {
  readonly current: SecretKey
  /** Newest first. */
  readonly all: readonly SecretKey[]
  find(kid: string): SecretKey | undefined
}

export type Secrets = Readonly<Record<Purpose, KeyRing>>

const SECRET_BYTES = 32
const KID_BYTES = 6

/** The secrets cannot be used. The message says what to do. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError'
}

/** The secrets as they are stored: by purpose, newest first. */
export type StoredSecrets = Record<Purpose, { kid: string; secret: string }[]>

/**
 * Reads the secrets of an environment and creates the missing ones; on the first start, all of them. The file is readable
 * by its owner only. It is replaced atomically, so a crash leaves either the old or the new file.
 *
 * @param dataDir the directory of the environment
 * @throws SecretsError when the file is damaged
 */
export async function loadSecrets(dataDir: string): Promise<Secrets> {
  const file = join(dataDir, 'secrets.json')
  const stored = await readSecretsFile(file)
  if (stored === undefined) {
    await createFile(file, textOf(completed({})))
    // Another process may have created the file first; both use what it contains now.
    return loadSecrets(dataDir)
  }
  if (!isComplete(stored)) {
    await replaceFile(file, textOf(completed(stored)))
    return loadSecrets(dataDir)
  }
  return keyRings(stored)
}

/** The secrets in a data directory as they are stored; undefined when it has none. @throws SecretsError as `loadSecrets` */
export function readStoredSecrets(dataDir: string): Promise<Partial<StoredSecrets> | undefined> {
  return readSecretsFile(join(dataDir, 'secrets.json'))
}

/** Replaces the secrets in a data directory. */
export function writeStoredSecrets(dataDir: string, stored: StoredSecrets): Promise<void> {
  return replaceFile(join(dataDir, 'secrets.json'), textOf(stored))
}

/** Whether every purpose has a key. */
export function isComplete(stored: Partial<StoredSecrets>): stored is StoredSecrets {
  return PURPOSES.every((purpose) => (stored[purpose] ?? []).length > 0)
}

/** The same secrets, with a new key for every purpose that has none. */
export function completed(stored: Partial<StoredSecrets>): StoredSecrets {
  const complete = PURPOSES.map((purpose) => {
    const keys = stored[purpose] ?? []
    return [purpose, keys.length === 0 ? [newKey()] : keys] as const
  })
  return Object.fromEntries(complete) as StoredSecrets
}

export function keyRings(stored: StoredSecrets): Secrets {
  return Object.fromEntries(PURPOSES.map((purpose) => [purpose, keyRing(stored[purpose])])) as unknown as Secrets
}

function textOf(stored: StoredSecrets): string {
  return `${JSON.stringify(stored, null, 2)}\n`
}

async function readSecretsFile(file: string): Promise<Partial<StoredSecrets> | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text) as Partial<StoredSecrets>
  } catch {
    throw new SecretsError(
      `${file} is damaged: it is not JSON. Restore it from a backup; without it, all logins and URLs are invalid.`,
    )
  }
}

function newKey(): { kid: string; secret: string } {
  return { kid: randomBytes(KID_BYTES).toString('hex'), secret: randomBytes(SECRET_BYTES).toString('base64') }
}

function keyRing(stored: readonly { kid: string; secret: string }[]): KeyRing {
  const all = stored.map(({ kid, secret }) => ({ kid, secret: createSecretKey(secret, 'base64') }))
  const [current] = all
  if (current === undefined) throw new Error('a key ring needs at least one key')
  const byKid = new Map(all.map((key) => [key.kid, key]))
  return { current, all, find: (kid) => byKid.get(kid) }
}

/** The secret of an id, derived from the key so that it need not be stored. 256 bits, base64url. */
export function derivedSecret(key: SecretKey, id: string): string {
  return createHmac('sha256', key.secret).update(id).digest('base64url')
}

/** Creates the file unless it exists. When two processes start at the same time, one creates it and both use it. */
async function createFile(file: string, text: string): Promise<void> {
  const temporary = await writeBeside(file, text)
  try {
    await link(temporary, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(temporary)
  }
  await syncDirectory(dirname(file))
}

async function replaceFile(file: string, text: string): Promise<void> {
  await rename(await writeBeside(file, text), file)
  await syncDirectory(dirname(file))
}

async function writeBeside(file: string, text: string): Promise<string> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return temporary
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
