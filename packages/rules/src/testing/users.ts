import { LOGIN_TYPES, type RuleAuth } from '../caller/rule-auth.ts'
import { isFields } from '../database/context.ts'
import { text } from '../text.ts'
import { unknownName } from '../unknown-name.ts'
import type { JsonCursor } from './json-cursor.ts'

/**
 * A logged-in user, with a WeChat openid, the id of a custom login, or anonymous. A missing uid is generated. The login type
 * follows from the other fields.
 *
 * @example { customUserId: 'alice' }
 * @example { anonymous: true }
 */
export interface TestUser {
  readonly uid?: string
  /** The WeChat openid. */
  readonly openid?: string
  readonly customUserId?: string
  readonly anonymous?: boolean
  readonly loginType?: string
}

/** The users of a case file. */
export type UsersByName = ReadonlyMap<string, RuleAuth>

const USER_KEYS = ['uid', 'openid', 'customUserId', 'anonymous', 'loginType']

/** @throws {RuleError} */
export function readUsers(cursor: JsonCursor | undefined): UsersByName {
  return new Map((cursor?.members() ?? []).map(([name, user]) => [name, readUser(user, `uid-of-${name}`)]))
}

/**
 * @param defaultUid the uid when none is given
 * @throws {RuleError}
 */
function readUser(cursor: JsonCursor, defaultUid?: string): RuleAuth {
  cursor.only(USER_KEYS)
  const id = (name: string) => cursor.at(name)?.string()
  const openid = id('openid')
  const customUserId = id('customUserId')
  const anonymous = cursor.at('anonymous')
  if (anonymous !== undefined && typeof anonymous.value !== 'boolean') {
    anonymous.failAs(text('true or false', ' true 或 false'))
  }
  const given = cursor.at('loginType')?.word(LOGIN_TYPES)
  const isAnonymous = anonymous?.value === true || given === 'ANONYMOUS'
  if (isAnonymous && (openid !== undefined || customUserId !== undefined)) {
    cursor.fail(text('an anonymous login has neither openid nor customUserId', '匿名登录没有 openid 和 customUserId'))
  }
  if (isAnonymous && given !== undefined && given !== 'ANONYMOUS') {
    cursor.fail(text(`the loginType of an anonymous login is not ${given}`, `匿名登录的 loginType 不是 ${given}`))
  }
  const derived = isAnonymous ? 'ANONYMOUS' : openid !== undefined ? 'WECHAT_OPEN' : customUserId && 'CUSTOM'
  const loginType = given ?? derived
  if (loginType === undefined) {
    cursor.fail(
      text(
        'how does this user log in? add "openid", "customUserId" or "anonymous": true',
        '这个用户怎样登录？请写 "openid"、"customUserId" 或 "anonymous": true',
      ),
    )
  }
  const known = cursor.at('uid')?.string() ?? defaultUid ?? openid ?? customUserId
  if (known === undefined) cursor.need('uid')
  return {
    uid: known ?? '',
    loginType,
    ...(openid === undefined ? {} : { openid }),
    ...(customUserId === undefined ? {} : { customUserId }),
  }
}

/**
 * Reads the caller of a case: the name of a user, null for nobody, or the fields of a user.
 *
 * @throws {RuleError}
 */
export function readCaller(
  cursor: JsonCursor,
  users: UsersByName,
): { readonly name: string; readonly auth: RuleAuth | null } {
  if (cursor.value === null) return { name: 'nobody', auth: null }
  if (isFields(cursor.value)) {
    const auth = readUser(cursor)
    return { name: auth.customUserId ?? auth.openid ?? auth.uid, auth }
  }
  const name = cursor.string()
  const auth = users.get(name)
  return auth === undefined ? cursor.fail(unknownName(text('user', '用户'), name, [...users.keys()])) : { name, auth }
}

/** The id that files and documents of a user are marked with. */
export function ownerMark({ openid, customUserId, uid }: RuleAuth): string {
  return openid ?? customUserId ?? uid
}
