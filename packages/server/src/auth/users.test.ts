import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type AuthSetup, setUpAuth } from './auth.fixture.ts'
import { putJson } from './json-records.ts'
import { type User, userPut } from './user-record.ts'
import { createUsers, type Identity, type Users } from './users.ts'

describe('users', () => {
  let setup: AuthSetup
  let users: Users
  const userOf = async (identity: Identity, from = users) => (await from.ofIdentity(identity)).value
  const known = async (uid: string) => (await users.get(uid))?.value
  const open = () => createUsers({ records: setup.records, now: setup.now })
  before(async () => {
    setup = await setUpAuth()
    users = open()
  })
  after(() => setup.dispose())

  const identities: Identity[] = [
    { kind: 'custom', customUserId: 'alice' },
    { kind: 'wechat', appid: 'wx1', openid: 'oABC' },
    { kind: 'device', deviceId: 'd'.repeat(32) },
  ]

  it('the same identity is always the same user, also after a restart', async () => {
    const first = await Promise.all(identities.map((identity) => userOf(identity)))
    assert.equal(new Set(first.map(({ uid }) => uid)).size, identities.length)
    assert.deepEqual(await Promise.all(identities.map((identity) => userOf(identity))), first)
    await setup.restart()
    users = open()
    assert.deepEqual(await Promise.all(identities.map((identity) => userOf(identity))), first)
    for (const user of first) assert.deepEqual(await known(user.uid), user)
  })

  it('concurrent first logins create one user, in one process and in two', async () => {
    const other = createUsers({ records: (await setup.second()).records, now: setup.now })
    for (const identity of [
      { kind: 'wechat', appid: 'wx1', openid: 'oRACE' },
      { kind: 'custom', customUserId: 'race' },
      { kind: 'device', deviceId: 'r'.repeat(32) },
    ] as const) {
      const logins = Array.from({ length: 16 }, (_, i) => userOf(identity, i % 2 === 0 ? users : other))
      const uids = new Set((await Promise.all(logins)).map(({ uid }) => uid))
      assert.equal(uids.size, 1, identity.kind)
    }
  })

  it("a custom user's uid is the customUserId itself", async () => {
    const user = await userOf({ kind: 'custom', customUserId: 'bob(1)@x' })
    assert.equal(user.uid, 'bob(1)@x')
    assert.equal(user.customUserId, 'bob(1)@x')
    assert.equal(user.loginType, 'CUSTOM')
  })

  it('a customUserId that is the uid of another user is refused, again at each login', async () => {
    const wechat = await userOf({ kind: 'wechat', appid: 'wx1', openid: 'oFIRST' })
    const impostor = { kind: 'custom', customUserId: wechat.uid } as const
    const refused = { code: 'AUTH_INVALID_CUSTOM_LOGIN_TICKET' }
    await assert.rejects(userOf(impostor), refused)
    await assert.rejects(userOf(impostor), refused)
    assert.deepEqual(await known(wechat.uid), wechat)
    const custom = await userOf({ kind: 'custom', customUserId: 'x'.repeat(32) })
    assert.equal(custom.uid, 'x'.repeat(32), 'an id of the same length is not refused')
  })

  it('a user with a uid of 36 characters, as they were before, keeps it', async () => {
    const old: User = {
      uid: 'a'.repeat(36),
      loginType: 'WECHAT_OPEN',
      createdAt: 1,
      wechat: { appid: 'wx1', openid: 'oOLD' },
    }
    const identity = { space: 'auth:identities', id: 'wechat:wx1:oOLD' }
    await setup.records.commit([putJson(identity, { uid: old.uid }), userPut(old)], [])
    assert.deepEqual(await userOf({ kind: 'wechat', appid: 'wx1', openid: 'oOLD' }), old)
  })

  it('the same openid in two Mini Programs is two users', async () => {
    const [one, two] = await Promise.all(
      ['wx1', 'wx2'].map((appid) => userOf({ kind: 'wechat', appid, openid: 'oSAME' })),
    )
    assert.notEqual(one?.uid, two?.uid)
    assert.match(one?.uid ?? '', /^[a-z2-9]{32}$/)
    assert.deepEqual(one?.wechat, { appid: 'wx1', openid: 'oSAME' })
  })

  it('a made-up user has the name of the login code, also one from before users had names', async () => {
    const identity = { kind: 'wechat', appid: 'wx1', openid: 'oDEVmia' } as const
    const before = await userOf(identity)
    assert.equal(before.name, undefined)
    const named = await userOf({ ...identity, name: 'mia' })
    assert.deepEqual(named, { ...before, name: 'mia' })
    assert.deepEqual(await userOf(identity), named)
    assert.equal((await userOf({ ...identity, openid: 'oDEVbob', name: 'bob' })).name, 'bob')
  })

  it('a nickname stays at the next login, whatever the login code is called', async () => {
    const identity = { kind: 'wechat', appid: 'wx1', openid: 'oDEVnick', name: 'nick' } as const
    const { uid } = await userOf(identity)
    await users.setNickname(uid, '小明')
    await users.setNickname(uid, '小明')
    const { name, nickname } = await userOf(identity)
    assert.deepEqual([name, nickname], ['nick', '小明'])
    await Promise.all(['a', 'b', 'c'].map((one) => users.setNickname(uid, one)))
    assert.match((await known(uid))?.nickname ?? '', /^[abc]$/)
  })

  it('a device without an id is a new user each time', async () => {
    const identity = { kind: 'device', deviceId: undefined } as const
    assert.notEqual((await userOf(identity)).uid, (await userOf(identity)).uid)
  })

  it('device ids, which are enough to log in, are stored as hashes', async () => {
    const deviceId = 'secretdevice0001'
    await userOf({ kind: 'device', deviceId })
    const all = await setup.records.find({ space: 'auth:identities', limit: 1000 })
    assert.ok(all.records.length > 0)
    assert.doesNotMatch(JSON.stringify(all), /secretdevice0001/)
  })

  it('an unknown uid is undefined', async () => assert.equal(await users.get('nobody-here'), undefined))
})
