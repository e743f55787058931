import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { CloudsteadError, type LoginType } from '@cloudstead/protocol'
import type { RecordKey, Records } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { putJson, readJson, type Stored } from './json-records.ts'
import { type User, userKey, userPut } from './user-record.ts'

/** What a login has proved about a user. */
export type Identity =
  | { readonly kind: 'custom'; readonly customUserId: string }
  | { readonly kind: 'wechat'; readonly appid: string; readonly openid: string; readonly name?: string }
  /** An anonymous user is identified by the device's secret id; without one, each login is a new user. */
  | { readonly kind: 'device'; readonly deviceId: string | undefined }

/** Users by identity: the same identity is always the same user with the same uid. */
export interface Users {
  /**
   * The user of an identity, created at its first login. Concurrent first logins create one user.
   *
   * @throws CloudsteadError `AUTH_INVALID_CUSTOM_LOGIN_TICKET` if the customUserId is the uid of another user
   */
  ofIdentity(identity: Identity): Promise<Stored<User>>
  get(uid: string): Promise<Stored<User> | undefined>
  /** Sets the name that the app shows for a user. */
  setNickname(uid: string, nickname: string): Promise<void>
}

const LOGIN_TYPES = { custom: 'CUSTOM', wechat: 'WECHAT_OPEN', device: 'ANONYMOUS' } as const satisfies Record<
  Identity['kind'],
  LoginType
>

/** The longest uid that node-sdk looks up. A customUserId may have the same form, see `newUser`. */
const UID_LENGTH = 32

/** 32 characters, so a random byte selects one without bias: 160 bits in a uid. */
const UID_ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'

export interface UsersOptions {
  readonly records: Records
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createUsers({ records, now }: UsersOptions): Users {
  function get(uid: string): Promise<Stored<User> | undefined> {
    return readJson<User>(records, userKey(uid))
  }

  async function ofIdentity(identity: Identity): Promise<Stored<User>> {
    const key = identityKey(identity)
    const attempt = async () => {
      const known = await readJson<{ uid: string }>(records, key)
      if (known !== undefined) return named(await existing(known.value.uid), identity)
      const user = newUser(identity)
      const holder = identity.kind === 'custom' ? await get(user.uid) : undefined
      // The same person may have logged in since the identity was read.
      if (holder?.value.customUserId === user.uid) return CONFLICT
      if (holder !== undefined) {
        throw new CloudsteadError(
          'AUTH_INVALID_CUSTOM_LOGIN_TICKET',
          'the uid of the ticket is the uid of another user; create the ticket for an id of your own',
        )
      }
      const sameName = identityKey({ kind: 'custom', customUserId: user.uid })
      const free = [userKey(user.uid), sameName, ...(identity.kind === 'custom' ? [] : [key])]
      const result = await records.commit(
        [putJson(key, { uid: user.uid }), userPut(user)],
        free.map((key) => ({ ...key, version: null })),
      )
      // Another first login of this identity, or with this uid, was faster: read again.
      return result.done ? existing(user.uid) : CONFLICT
    }
    return retryOnConflict<Stored<User>>(attempt, { exhausted: () => new CloudsteadError('SERVER_BUSY') })
  }

  /** Gives a user the name of the identity, for records from before users had names. */
  async function named(user: Stored<User>, identity: Identity): Promise<Stored<User> | typeof CONFLICT> {
    const name = identity.kind === 'wechat' ? identity.name : undefined
    if (name === undefined || user.value.name === name) return user
    const { done } = await records.commit(
      [userPut({ ...user.value, name })],
      [{ ...userKey(user.value.uid), version: user.version }],
    )
    return done ? existing(user.value.uid) : CONFLICT
  }

  async function setNickname(uid: string, nickname: string): Promise<void> {
    const attempt = async () => {
      const { value, version } = await existing(uid)
      if (value.nickname === nickname) return undefined
      const { done } = await records.commit([userPut({ ...value, nickname })], [{ ...userKey(uid), version }])
      return done ? undefined : CONFLICT
    }
    await retryOnConflict<undefined>(attempt, { exhausted: () => new CloudsteadError('SERVER_BUSY') })
  }

  async function existing(uid: string): Promise<Stored<User>> {
    const user = await get(uid)
    if (user === undefined) throw new Error(`the user record ${uid} is missing although an identity names it`)
    return user
  }

  /**
   * The uid of a custom user is the customUserId itself, because clients do not know the customUserId and use the uid instead
   * (`users/<uid>/...`). All other users get a random uid. Rules accept all ids of a user, so no customUserId may be the uid of
   * another user.
   */
  function newUser(identity: Identity): User {
    const common = { loginType: LOGIN_TYPES[identity.kind], createdAt: now() }
    switch (identity.kind) {
      case 'custom':
        return { uid: identity.customUserId, ...common, customUserId: identity.customUserId }
      case 'wechat': {
        const { appid, openid, name } = identity
        return { uid: randomUid(), ...common, wechat: { appid, openid }, ...(name === undefined ? {} : { name }) }
      }
      case 'device':
        return { uid: randomUid(), ...common }
    }
  }

  return { ofIdentity, get, setNickname }
}

function identityKey(identity: Identity): RecordKey {
  return { space: 'auth:identities', id: identityId(identity) }
}

function identityId(identity: Identity): string {
  switch (identity.kind) {
    case 'custom':
      return `custom:${identity.customUserId}`
    case 'wechat':
      return `wechat:${identity.appid}:${identity.openid}`
    case 'device':
      // A device id is enough to log in as its user, so it is stored like a password: as a hash.
      return `device:${createHash('sha256')
        .update(identity.deviceId ?? randomUUID())
        .digest('base64url')}`
  }
}

function randomUid(): string {
  return Array.from(randomBytes(UID_LENGTH), (byte) => UID_ALPHABET[byte % UID_ALPHABET.length]).join('')
}
