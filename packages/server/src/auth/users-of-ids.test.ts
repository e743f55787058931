import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type AuthSetup, setUpAuth } from './auth.fixture.ts'
import { type User, userPut } from './user-record.ts'
import { usersOfIds } from './users-of-ids.ts'

describe('the users of some ids', () => {
  let setup: AuthSetup
  before(async () => {
    setup = await setUpAuth()
  })
  after(() => setup.dispose())

  const uidsOf = async (ids: readonly string[]) =>
    [...(await usersOfIds(setup.records, ids))].map(([id, { uid }]) => [id, uid])

  it('are found by uid, openid and custom id; ids of nobody are left out', async () => {
    const users: readonly User[] = [
      { uid: 'alice', customUserId: 'alice', loginType: 'CUSTOM', createdAt: 1 },
      { uid: 'x1', loginType: 'ANONYMOUS', createdAt: 2 },
      // The custom id is the uid of another user, who then counts.
      { uid: 'x2', customUserId: 'x1', loginType: 'CUSTOM', createdAt: 3 },
      { uid: 'x3', customUserId: 'bob', loginType: 'CUSTOM', createdAt: 4 },
      { uid: 'x4', wechat: { appid: 'wx1', openid: 'oMIA' }, name: 'mia', loginType: 'WECHAT_OPEN', createdAt: 5 },
    ]
    await setup.records.commit(users.map(userPut))
    const ids = ['oMIA', 'alice', 'nobody', 'bob', 'x1', 'x4', 'alice', '\ud800', 'x'.repeat(128), 'mia']
    assert.deepEqual((await uidsOf(ids)).sort(), [
      ['alice', 'alice'],
      ['bob', 'x3'],
      ['oMIA', 'x4'],
      ['x1', 'x1'],
      ['x4', 'x4'],
    ])
    assert.deepEqual(await uidsOf([]), [])
  })

  it('are all found, however many ids there are', async () => {
    const ids = Array.from({ length: 1_200 }, (_, at) => `o${at}`)
    const users = ids.map((openid, at): User => {
      return { uid: `u${at}`, loginType: 'WECHAT_OPEN', wechat: { appid: 'wx1', openid }, createdAt: at }
    })
    await setup.records.commit(users.map(userPut))
    assert.equal((await uidsOf(ids)).length, ids.length)
  })
})
