import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import fc from 'fast-check'
import type { Records } from '../engines/records/records.ts'
import { type AuthSetup, setUpAuth } from './auth.fixture.ts'
import { listUsers, type UserQuery } from './user-list.ts'
import { type User, userPut } from './user-record.ts'

const USERS: readonly User[] = [
  { uid: 'alice', customUserId: 'alice', loginType: 'CUSTOM', createdAt: 1 },
  { uid: 'alan', customUserId: 'alan', loginType: 'CUSTOM', createdAt: 2 },
  { uid: 'abcdefgh', loginType: 'ANONYMOUS', createdAt: 3 },
  { uid: 'bcd', loginType: 'WECHAT_OPEN', wechat: { appid: 'wx1', openid: 'oalice' }, createdAt: 4 },
  { uid: 'ocd', loginType: 'WECHAT_OPEN', wechat: { appid: 'wx1', openid: 'oAAA' }, name: 'al', createdAt: 5 },
  // Another user has the custom id as uid.
  { uid: 'rst', customUserId: 'abcdefgh', loginType: 'CUSTOM', createdAt: 6 },
  { uid: 'al%_\\*', customUserId: 'al%_\\*', loginType: 'CUSTOM', createdAt: 6 },
]

const TYPES = ['CUSTOM', 'WECHAT_OPEN', 'ANONYMOUS'] as const

describe('the list of users', () => {
  let setup: AuthSetup
  let records: Records
  before(async () => {
    setup = await setUpAuth()
    records = setup.records
    await records.commit(USERS.map(userPut))
  })
  after(() => setup.dispose())

  const uids = async (query: Partial<UserQuery>, limit = 100) => {
    const { users, next } = await listUsers(records, { limit, ...query })
    assert.equal(next, undefined)
    return users.map(({ uid }) => uid)
  }

  /** All pages of this size. */
  async function all(query: Omit<UserQuery, 'limit'>, limit: number): Promise<string[]> {
    const found: string[] = []
    let after: string | undefined
    do {
      const page = await listUsers(records, { ...query, limit, ...(after === undefined ? {} : { after }) })
      assert.ok(page.users.length <= limit)
      found.push(...page.users.map(({ uid }) => uid))
      after = page.next
    } while (after !== undefined)
    return found
  }

  it('is sorted newest first, for all users or one login type', async () => {
    assert.deepEqual(await uids({}), ['rst', 'al%_\\*', 'ocd', 'bcd', 'abcdefgh', 'alan', 'alice'])
    assert.deepEqual(await uids({ loginType: 'WECHAT_OPEN' }), ['ocd', 'bcd'])
    assert.deepEqual(await uids({ loginType: 'ANONYMOUS' }), ['abcdefgh'])
  })

  it('finds users by uid, openid, custom id or name, or the beginning of one', async () => {
    assert.deepEqual(await uids({ search: 'alice' }), ['alice'])
    assert.deepEqual(await uids({ search: 'al' }), ['al%_\\*', 'alan', 'alice', 'ocd'])
    assert.deepEqual(await uids({ search: 'oalice' }), ['bcd'])
    assert.deepEqual(await uids({ search: 'abcdefgh' }), ['abcdefgh', 'rst'])
    assert.deepEqual(await uids({ search: 'abcdefgh', loginType: 'CUSTOM' }), ['rst'])
    assert.deepEqual(await uids({ search: 'lice' }), [])
    assert.deepEqual(await uids({ search: 'AL' }), [])
  })

  it('lists a user once who is found by two names', async () => {
    assert.deepEqual(await uids({ search: 'o' }), ['ocd', 'bcd'])
  })

  it('treats no character of a search as a wildcard', async () => {
    assert.deepEqual(await uids({ search: 'al%_\\*' }), ['al%_\\*'])
    for (const search of ['%', '*', 'al_', '\0', '\ud800', 'x'.repeat(128)])
      assert.deepEqual(await uids({ search }), [], search)
  })

  it('has pages that skip and repeat no user, whatever the query', async () => {
    const searches = fc.constantFrom('', 'a', 'al', 'o', 'b', 'abcdefgh', 'zz')
    await fc.assert(
      fc.asyncProperty(
        searches,
        fc.option(fc.constantFrom(...TYPES), { nil: undefined }),
        fc.integer({ min: 1, max: 8 }),
        async (search, loginType, limit) => {
          const query = { search, ...(loginType === undefined ? {} : { loginType }) }
          const found = await all(query, limit)
          const expected = USERS.filter(
            ({ uid, customUserId, wechat, name: called, loginType: type }) =>
              (loginType === undefined || type === loginType) &&
              [uid, customUserId, wechat?.openid, called].some((name) => name?.startsWith(search)),
          ).map(({ uid }) => uid)
          assert.deepEqual([...found].sort(), expected.sort())
        },
      ),
      { numRuns: 60 },
    )
  })

  it('reads no more users than a page holds, however many there are', async () => {
    const many = Array.from({ length: 3000 }, (_, n): User => {
      const uid = `many-${String(n).padStart(4, '0')}`
      return { uid, customUserId: uid, loginType: 'CUSTOM', createdAt: 1000 + n }
    })
    await records.commit(many.map(userPut))
    let read = 0
    const counting = Object.assign(Object.create(records), {
      async find(request: Parameters<Records['find']>[0]) {
        const result = await records.find(request)
        read += result.records.length
        return result
      },
    }) as Records
    for (const query of [{}, { search: 'many' }, { loginType: 'ANONYMOUS' }, { search: 'many', loginType: 'CUSTOM' }]) {
      read = 0
      await listUsers(counting, { ...(query as UserQuery), limit: 10 })
      assert.ok(read <= 12, `${JSON.stringify(query)}: ${read}`)
    }
    await records.commit(many.map(({ uid }) => ({ op: 'delete', space: 'auth:users', id: uid })))
  })

  it('refuses an after that is not from this list', async () => {
    const { next = '' } = await listUsers(records, { limit: 1 })
    const { next: found = '' } = await listUsers(records, { limit: 1, search: 'al' })
    for (const [query, after] of [
      [{}, 'nonsense'],
      [{}, found],
      [{ search: 'al' }, 'nonsense'],
      [{ search: 'al' }, next],
      [{ search: 'al' }, '9.x'],
      [{ search: 'al' }, '0.x'],
    ] as const) {
      await assert.rejects(
        listUsers(records, { limit: 1, ...query, after }),
        (error) => error instanceof CloudsteadError && error.code === 'INVALID_PARAM',
        after,
      )
    }
  })
})
