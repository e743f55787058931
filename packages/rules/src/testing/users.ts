import type { RuleAuth } from '../caller/rule-auth.ts'
import { text } from '../text.ts'
import { isObject, type Part, unknown } from './json-cursor.ts'

/**
 * Somebody who is logged in: with a WeChat openid, with the id of a custom login, or anonymously. Without a uid one is made
 * up; the kind of login follows from the rest.
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

/** The users of a case file by name. */
export type People = ReadonlyMap<string, RuleAuth>

const USER_KEYS = ['uid', 'openid', 'customUserId', 'anonymous', 'loginType']

const LOGIN_TYPES = ['ANONYMOUS', 'CUSTOM', 'WECHAT_OPEN'] as const

/** @throws {RuleError} */
export function readPeople(part: Part | undefined): People {
  return new Map((part?.members() ?? []).map(([name, user]) => [name, readUser(user, `uid-of-${name}`)]))
}

/**
 * @param uid what the uid is when none is given
 * @throws {RuleError}
 */
export function readUser(part: Part, uid?: string): RuleAuth {
  part.only(USER_KEYS)
  const id = (name: string) => part.at(name)?.string()
  const openid = id('openid')
  const customUserId = id('customUserId')
  const anonymous = part.at('anonymous')
  if (anonymous !== undefined && typeof anonymous.value !== 'boolean') {
    anonymous.failAs(text('true or false', ' true 或 false'))
  }
  const given = part.at('loginType')?.word(LOGIN_TYPES)
  const isAnonymous = anonymous?.value === true || given === 'ANONYMOUS'
  if (isAnonymous && (openid !== undefined || customUserId !== undefined)) {
    part.fail(text('an anonymous login has neither openid nor customUserId', '匿名登录没有 openid 和 customUserId'))
  }
  if (isAnonymous && given !== undefined && given !== 'ANONYMOUS') {
    part.fail(text(`the loginType of an anonymous login is not ${given}`, `匿名登录的 loginType 不是 ${given}`))
  }
  const derived = isAnonymous ? 'ANONYMOUS' : openid !== undefined ? 'WECHAT_OPEN' : customUserId && 'CUSTOM'
  const loginType = given ?? derived
  if (loginType === undefined) {
    part.fail(
      text(
        'how does this user log in? give an "openid", a "customUserId" or "anonymous": true',
        '这个用户怎样登录？请写 "openid"、"customUserId" 或 "anonymous": true',
      ),
    )
  }
  const known = part.at('uid')?.string() ?? uid ?? openid ?? customUserId
  if (known === undefined) part.need('uid')
  return {
    uid: known ?? '',
    loginType,
    ...(openid === undefined ? {} : { openid }),
    ...(customUserId === undefined ? {} : { customUserId }),
  }
}

/** Who a case is about: the name of a user, null for nobody, or a user written out. */
export function readCaller(part: Part, people: People): { readonly name: string; readonly auth: RuleAuth | null } {
  if (part.value === null) return { name: 'nobody', auth: null }
  if (isObject(part.value)) {
    const auth = readUser(part)
    return { name: auth.customUserId ?? auth.openid ?? auth.uid, auth }
  }
  const name = part.string()
  const auth = people.get(name)
  return auth === undefined ? part.fail(unknown(text('user', '用户'), name, [...people.keys()])) : { name, auth }
}

/** The id that files and documents of a user are marked with. */
export function ownerMark({ openid, customUserId, uid }: RuleAuth): string {
  return openid ?? customUserId ?? uid
}
