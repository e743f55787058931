import { encodeKey } from '../engines/records/key-encoding.ts'
import type { KeyRange, Records } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'
import { BY_NAME, nameOf, USERS_SPACE, type User, userKey } from './user-record.ts'

/** Users per page of the index. */
const PAGE = 500

/**
 * The users with these ids, by id. An id is looked for as a uid, then as an openid, then as a custom id. Ids of nobody are
 * left out. Costs one read of the records and one walk of the index, however many ids there are.
 */
export async function usersOfIds(records: Records, ids: readonly string[]): Promise<ReadonlyMap<string, User>> {
  const found = new Map<string, User>()
  const distinct = [...new Set(ids)]
  const stored = await records.get(distinct.map(userKey))
  for (const [at, id] of distinct.entries()) {
    const record = stored[at]
    if (record !== undefined) found.set(id, JSON.parse(record.value) as User)
  }
  const ranges = distinct
    .filter((id) => !found.has(id))
    .flatMap((id) => [exactly(['openid', 'WECHAT_OPEN', id]), exactly(['customUserId', 'CUSTOM', id])])
  if (ranges.length === 0) return found
  for await (const page of walkPages(records, { space: USERS_SPACE, index: BY_NAME, ranges, limit: PAGE })) {
    for (const { value } of page) {
      const user = JSON.parse(value) as User
      const id = nameOf(user, 'openid') ?? nameOf(user, 'customUserId')
      if (id !== undefined && !found.has(id)) found.set(id, user)
    }
  }
  return found
}

function exactly(values: readonly string[]): KeyRange {
  const bound = { key: encodeKey(values), inclusive: true }
  return { from: bound, to: bound }
}
