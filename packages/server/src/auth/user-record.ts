import type { LoginType } from '@cloudstead/protocol'
import { encodeKey } from '../engines/records/key-encoding.ts'
import type { IndexEntry, PutWrite, RecordKey } from '../engines/records/records.ts'
import { putJson } from './json-records.ts'

/** A user of the app, as stored. */
export interface User {
  readonly uid: string
  readonly loginType: LoginType
  /** Milliseconds since the epoch, like all times here. */
  readonly createdAt: number
  readonly customUserId?: string
  readonly wechat?: { readonly appid: string; readonly openid: string }
  /** Of a made-up user: the name in the login code, such as `mia` of `dev:mia`. */
  readonly name?: string
  /** The name that the app has set. */
  readonly nickname?: string
  /** Absent while the user may log in. `ended`: every session has been ended. */
  readonly blocked?: { readonly at: number; readonly ended: boolean }
}

export const USERS_SPACE = 'auth:users'
/** By `[createdAt]`. */
export const BY_AGE = 'createdAt'
/** By `[loginType, createdAt]`. */
export const BY_TYPE = 'loginType'
/** By `[kind, loginType, name]`, one entry for each distinct name. */
export const BY_NAME = 'name'
/** Blocked users whose sessions have not all been ended yet. */
export const BLOCK_UNFINISHED = 'blocking'

/** What a user can be found by. If two kinds have the same name, it counts as the first kind. */
export const NAME_KINDS = ['uid', 'openid', 'customUserId', 'name'] as const
export type NameKind = (typeof NAME_KINDS)[number]

export function userKey(uid: string): RecordKey {
  return { space: USERS_SPACE, id: uid }
}

export function nameOf(user: User, kind: NameKind): string | undefined {
  switch (kind) {
    case 'uid':
      return user.uid
    case 'openid':
      return user.wechat?.openid
    case 'customUserId':
      // Usually it is the uid as well.
      return user.customUserId === user.uid ? undefined : user.customUserId
    case 'name':
      return user.nickname ?? user.name
  }
}

/** The write that puts a user with its index entries. */
export function userPut(user: User): PutWrite {
  const { uid, loginType, createdAt, blocked } = user
  const names = NAME_KINDS.flatMap((kind): IndexEntry[] => {
    const name = nameOf(user, kind)
    return name === undefined ? [] : [{ index: BY_NAME, key: encodeKey([kind, loginType, name]) }]
  })
  return putJson(userKey(uid), user, [
    { index: BY_AGE, key: encodeKey([createdAt]) },
    { index: BY_TYPE, key: encodeKey([loginType, createdAt]) },
    ...names,
    ...(blocked?.ended === false ? [{ index: BLOCK_UNFINISHED, key: encodeKey([blocked.at]) }] : []),
  ])
}
