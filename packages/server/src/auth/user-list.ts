import { CloudsteadError, type LoginType } from '@cloudstead/protocol'
import { BadCursorError } from '../engines/records/cursor.ts'
import { keyPrefixRange, textPrefixRange } from '../engines/records/key-ranges.ts'
import type { FindRequest, FindResult, Records, StoredRecord } from '../engines/records/records.ts'
import { BY_AGE, BY_NAME, BY_TYPE, NAME_KINDS, type NameKind, nameOf, USERS_SPACE, type User } from './user-record.ts'

export interface UserQuery {
  /** A uid, openid, customUserId or name, or the beginning of one. Empty: all users. */
  readonly search?: string
  readonly loginType?: LoginType
  /** `next` of the previous page. */
  readonly after?: string
  /** From 1. */
  readonly limit: number
}

/** May hold fewer users than the limit; `next` is absent at the end, and only there. */
export interface UserPage {
  readonly users: readonly User[]
  readonly next?: string
}

const LOGIN_TYPES: readonly LoginType[] = ['ANONYMOUS', 'CUSTOM', 'WECHAT_OPEN']

/** Which users can have a name of this kind. */
const TYPES: Readonly<Record<NameKind, readonly LoginType[]>> = {
  uid: LOGIN_TYPES,
  openid: ['WECHAT_OPEN'],
  customUserId: ['CUSTOM'],
  name: LOGIN_TYPES,
}

/** Where a search continues: the number of the kind of name, and the cursor in its index. */
const PLACE = /^([0-3])\.(.*)$/s

/**
 * One page of the users: newest first, or for a search in the order of their names. Every page is read from an index,
 * however many users there are.
 *
 * @throws CloudsteadError `INVALID_PARAM` for an `after` that is not from this list
 */
export async function listUsers(records: Records, query: UserQuery): Promise<UserPage> {
  const { search = '' } = query
  try {
    return search === '' ? await newest(records, query) : await found(records, search, query)
  } catch (error) {
    if (error instanceof BadCursorError) throw notOurs()
    throw error
  }
}

async function newest(records: Records, { loginType, after, limit }: UserQuery): Promise<UserPage> {
  const index = loginType === undefined ? { index: BY_AGE } : { index: BY_TYPE, ranges: [keyPrefixRange([loginType])] }
  const { records: page, next } = await walk(records, { ...index, reverse: true, limit }, after)
  return { users: page.map(userOf), ...(next === undefined ? {} : { next }) }
}

async function found(records: Records, search: string, { loginType, after, limit }: UserQuery): Promise<UserPage> {
  const [, first = '0', place = ''] = placeOf(after)
  const users: User[] = []
  for (const [number, kind] of NAME_KINDS.entries()) {
    const types = TYPES[kind].filter((type) => loginType === undefined || type === loginType)
    if (number < Number(first) || types.length === 0) continue
    const ranges = types.map((type) => textPrefixRange([kind, type], search))
    const room = limit - users.length
    // A full page only checks whether there is more.
    const request = { index: BY_NAME, ranges, limit: Math.max(room, 1) }
    const { records: page, next } = await walk(records, request, number === Number(first) ? place : '')
    if (room === 0 && page.length > 0) return { users, next: `${number}.` }
    users.push(...page.map(userOf).filter((user) => !foundBefore(user, number, search)))
    if (next !== undefined) return { users, next: `${number}.${next}` }
  }
  return { users }
}

function placeOf(after: string | undefined): readonly string[] {
  if (after === undefined) return []
  const match = PLACE.exec(after)
  if (match === null) throw notOurs()
  return match
}

/** Whether the search has already listed this user, by a name of an earlier kind. */
function foundBefore(user: User, number: number, search: string): boolean {
  return NAME_KINDS.slice(0, number).some((kind) => nameOf(user, kind)?.startsWith(search))
}

function walk(records: Records, request: Omit<FindRequest, 'space'>, after: string | undefined): Promise<FindResult> {
  return records.find({ space: USERS_SPACE, ...request, ...(after === undefined || after === '' ? {} : { after }) })
}

function userOf({ value }: StoredRecord): User {
  return JSON.parse(value) as User
}

function notOurs(): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', {
    en: 'after must be the next of the previous page of this list',
    zh: 'after 必须是该列表上一页返回的 next',
  })
}
