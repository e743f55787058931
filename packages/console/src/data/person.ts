import type { AppUser, Person } from '@cloudstead/admin-api'

/** The id that marks what a person owns: `users/{id}/` in paths, `_openid` in documents. */
export function ownerId({ openid, customUserId, uid }: Person): string {
  return openid ?? customUserId ?? uid
}

/** What people call a user; the uid if there is nothing else. */
export function nameOfUser({ uid, name, customUserId }: AppUser): string {
  return name ?? customUserId ?? uid
}

/** A user as the caller of a request. */
export function personOfUser({ uid, loginType, customUserId, wechat }: AppUser): Person {
  return {
    uid,
    loginType,
    ...(customUserId === undefined ? {} : { customUserId }),
    ...(wechat === undefined ? {} : { openid: wechat.openid }),
  }
}
