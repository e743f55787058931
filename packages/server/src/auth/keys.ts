import { generateKeyPair, randomBytes, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { type AdminCaller, CloudsteadError, type Scope } from '@cloudstead/protocol'
import type { RecordKey, Records } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'
import { derivedSecret, type KeyRing } from '../secrets.ts'
import { putJson, readJson } from './json-records.ts'
import { hashOf, sameText } from './secret-hash.ts'

/** The key file that `createTicket` of the server SDK takes as `credentials`. */
export interface LoginKeyFile {
  readonly private_key_id: string
  /** PEM. Shown once and not stored. */
  readonly private_key: string
  readonly env_id: string
}

/** A new administrator key: the pair for signed calls, and one token for calls without a signature. */
export interface ApiKeyFile {
  readonly secretId: string
  readonly secretKey: string
  readonly apiKey: string
}

interface KeyInfo {
  readonly kind: 'login' | 'api'
  /** The private_key_id or the secretId. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** What an API key may do; absent when it may do everything. */
  readonly scopes?: readonly Scope[]
  /** Who created it; absent for keys of earlier versions. */
  readonly by?: string
}

/** What is stored with a new key. */
interface KeyOrigin {
  /** The id of an API key, `operator` or `command line`. */
  readonly by?: string
  /** What an API key may do; without it, everything. */
  readonly scopes?: readonly Scope[] | undefined
}

/** The keys of an environment. They are records, so a command sees and changes the keys of a running server. */
export interface Keys {
  /**
   * Creates a key for custom login tickets. Only its public half is stored.
   *
   * @throws CloudsteadError `INVALID_CREDENTIALS` when the key that creates it was revoked meanwhile, like `createApiKey`
   */
  createLoginKey(origin?: KeyOrigin): Promise<LoginKeyFile>
  /** The public half, PEM. */
  publicLoginKey(keyId: string): Promise<string | undefined>
  createApiKey(origin?: KeyOrigin): Promise<ApiKeyFile>
  /** The administrator with this secretId; undefined when it is unknown or was revoked. */
  holderOf(secretId: string): Promise<AdminCaller | undefined>
  /** The secretKey of a secretId; undefined when it is unknown or was revoked. */
  secretKeyOf(secretId: string): Promise<string | undefined>
  /**
   * The administrator who holds this apiKey.
   *
   * @throws CloudsteadError `INVALID_CREDENTIALS`
   */
  callerOfApiKey(apiKey: string): Promise<AdminCaller>
  /** Newest first. */
  list(): Promise<readonly KeyInfo[]>
  /**
   * Revokes a key, the keys that it created, those that they created, and so on. Keys of earlier versions, which do not say
   * who created them, stay valid, and so do logins that were made with a key.
   *
   * @param keep the id of a created key that replaces the revoked one: it stays valid, with those that it created
   * @returns the ids of the revoked keys, first `id`; empty when there is no such key
   */
  revoke(id: string, keep?: string): Promise<readonly string[]>
}

const LOGIN_KEYS = 'auth:login-keys'
const API_KEYS = 'auth:api-keys'

const RSA_BITS = 2048
const SECRET_ID_BYTES = 12
const API_KEY_BYTES = 32

/** Keys per read; an environment has a handful. */
const PAGE = 100

const SECRET_ID = /^CS[0-9a-f]{24}$/
/** `cs_<secretId>_<random>`: people and secret scanners recognise the prefix. */
const API_KEY = /^cs_(CS[0-9a-f]{24})_[A-Za-z0-9_-]{43}$/

interface StoredLoginKey extends Pick<KeyOrigin, 'by'> {
  readonly publicKey: string
  readonly createdAt: number
}

interface StoredApiKey extends KeyOrigin {
  /** The key of the ring that the secretKey is derived from. */
  readonly kid: string
  readonly apiKeyHash: string
  readonly createdAt: number
}

/** Whether a token is an apiKey, valid or not, rather than an access token. */
export function looksLikeApiKey(token: string): boolean {
  return token.startsWith('cs_')
}

export interface KeysOptions {
  readonly env: string
  readonly records: Records
  /** The keys that secretKeys are derived from. */
  readonly ring: KeyRing
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createKeys({ env, records, ring, now }: KeysOptions): Keys {
  async function insert(key: RecordKey, value: StoredLoginKey | StoredApiKey): Promise<void> {
    const { by = '' } = value
    // A key that is revoked takes those that it created with it, so it must not create one after that.
    const maker = SECRET_ID.test(by) ? { space: API_KEYS, id: by } : undefined
    const version = maker && (await readJson(records, maker))?.version
    if (maker !== undefined && version === undefined) throw revokedError()
    const unchanged = maker === undefined || version === undefined ? [] : [{ ...maker, version }]
    const { done } = await records.commit([putJson(key, value)], [{ ...key, version: null }, ...unchanged])
    if (done) return
    throw maker === undefined ? new Error('a new key id was taken') : revokedError()
  }

  async function createLoginKey({ by }: KeyOrigin = {}): Promise<LoginKeyFile> {
    const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', {
      modulusLength: RSA_BITS,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    })
    const id = randomUUID()
    await insert({ space: LOGIN_KEYS, id }, { publicKey, createdAt: now(), ...(by === undefined ? {} : { by }) })
    return { private_key_id: id, private_key: privateKey, env_id: env }
  }

  async function publicLoginKey(keyId: string): Promise<string | undefined> {
    return (await readJson<StoredLoginKey>(records, { space: LOGIN_KEYS, id: keyId }))?.value.publicKey
  }

  async function createApiKey({ by, scopes }: KeyOrigin = {}): Promise<ApiKeyFile> {
    const secretId = `CS${randomBytes(SECRET_ID_BYTES).toString('hex')}`
    const apiKey = `cs_${secretId}_${randomBytes(API_KEY_BYTES).toString('base64url')}`
    const { kid } = ring.current
    const origin = { ...(by === undefined ? {} : { by }), ...(scopes === undefined ? {} : { scopes }) }
    const stored = { kid, apiKeyHash: hashOf(apiKey), createdAt: now(), ...origin }
    await insert({ space: API_KEYS, id: secretId }, stored)
    return { secretId, secretKey: derivedSecret(ring.current, secretId), apiKey }
  }

  async function apiKeyRecord(secretId: string): Promise<StoredApiKey | undefined> {
    return (await readJson<StoredApiKey>(records, { space: API_KEYS, id: secretId }))?.value
  }

  async function secretKeyOf(secretId: string): Promise<string | undefined> {
    const key = ring.find((await apiKeyRecord(secretId))?.kid ?? '')
    return key === undefined ? undefined : derivedSecret(key, secretId)
  }

  async function callerOfApiKey(apiKey: string): Promise<AdminCaller> {
    const secretId = API_KEY.exec(apiKey)?.[1]
    const stored = secretId === undefined ? undefined : await apiKeyRecord(secretId)
    if (secretId === undefined || stored === undefined || !sameText(hashOf(apiKey), stored.apiKeyHash)) {
      throw revokedError()
    }
    return callerOf(secretId, stored)
  }

  async function holderOf(secretId: string): Promise<AdminCaller | undefined> {
    const stored = await apiKeyRecord(secretId)
    return stored === undefined ? undefined : callerOf(secretId, stored)
  }

  async function listSpace(space: string, kind: KeyInfo['kind']): Promise<KeyInfo[]> {
    const all: KeyInfo[] = []
    for await (const page of walkPages(records, { space, limit: PAGE })) {
      for (const { id, value } of page) {
        const { createdAt, by, scopes } = JSON.parse(value) as { createdAt: number } & KeyOrigin
        const origin = { ...(by === undefined ? {} : { by }), ...(scopes === undefined ? {} : { scopes }) }
        all.push({ kind, id, createdAt, ...origin })
      }
    }
    return all
  }

  async function list(): Promise<readonly KeyInfo[]> {
    const all = [...(await listSpace(LOGIN_KEYS, 'login')), ...(await listSpace(API_KEYS, 'api'))]
    return all.sort((one, other) => other.createdAt - one.createdAt)
  }

  async function revoke(id: string, keep?: string): Promise<readonly string[]> {
    const revoked = new Set<string>()
    // Until nothing is left: a key may have created another one after the keys were listed, but not after it was revoked.
    for (;;) {
      const made = withMade(await list(), new Set([id, ...revoked]), keep)
      if (made.length === 0) return [...revoked]
      const deletes = made.map(({ kind, ...key }) => ({
        op: 'delete' as const,
        space: kind === 'login' ? LOGIN_KEYS : API_KEYS,
        id: key.id,
      }))
      await records.commit(deletes)
      for (const key of made) revoked.add(key.id)
    }
  }

  return { createLoginKey, publicLoginKey, createApiKey, holderOf, secretKeyOf, callerOfApiKey, list, revoke }
}

function callerOf(secretId: string, { scopes }: StoredApiKey): AdminCaller {
  return { kind: 'admin', keyId: secretId, ...(scopes === undefined ? {} : { scopes }) }
}

/** The keys with these ids and all that they created, directly or not; without `keep` and what that created. */
function withMade(keys: readonly KeyInfo[], ids: ReadonlySet<string>, keep: string | undefined): readonly KeyInfo[] {
  const found = keys.filter(({ id, by = '' }) => id !== keep && (ids.has(id) || (SECRET_ID.test(by) && ids.has(by))))
  const more = found.filter(({ id }) => !ids.has(id))
  return more.length === 0 ? found : withMade(keys, new Set([...ids, ...more.map(({ id }) => id)]), keep)
}

function revokedError(): CloudsteadError {
  return new CloudsteadError('INVALID_CREDENTIALS', {
    en: 'The api key is unknown or was revoked.',
    zh: 'API 密钥未知或已被吊销。',
  })
}
