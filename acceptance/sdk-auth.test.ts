/** Logins with the client SDK: the identity of users. Both SDK versions, with `cloudstead dev`. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAdmin, loginAnonymously, loginByOpenId, loginByTicket, type Phone } from './support/clients.ts'
import { phoneMaker, whoAmI } from './support/phones.ts'
import { serverForFile, startServer } from './support/server.ts'
import { act, actAsAdmin } from './support/wire.ts'

const CONFIG = { storage: { acl: 'PRIVATE' }, database: { collections: { notes: { acl: 'PRIVATE' } } } }

const newPhone = phoneMaker()
const server = await serverForFile({ mode: 'dev', config: CONFIG })
const key = await server.loginKey()

for (const sdk of ['2.27.2', '3.7.0'] as const) {
  describe(`js-sdk ${sdk}`, () => {
    const custom = `custom-${sdk[0]}`

    async function customUser(id = custom): Promise<Phone> {
      const phone = newPhone(server, { sdk })
      await loginByTicket(phone, key, id)
      return phone
    }

    it('R1: there is no login state before a login; each login creates one, and calls work', async () => {
      for (const [login, name] of [
        [(phone: Phone) => loginAnonymously(phone), 'anonymous'],
        [(phone: Phone) => loginByTicket(phone, key, custom), undefined],
        [(phone: Phone) => loginByOpenId(phone), undefined],
      ] as const) {
        const phone = newPhone(server, { sdk, loginCode: 'dev:alice' })
        assert.ok(!phone.auth.hasLoginState())
        assert.equal(await phone.auth.getLoginState(), null)
        const { uid } = await login(phone)
        assert.ok(phone.auth.hasLoginState())
        const state = await phone.auth.getLoginState()
        assert.deepEqual([state?.user.uid, state?.user.name], [uid, name])
        assert.ok(await whoAmI(phone, uid))
      }
    })

    it('signInWithUnionId logs in the same user as signInWithOpenId', async () => {
      const phone = newPhone(server, { sdk, loginCode: 'dev:union' })
      const { uid } = await loginByOpenId(phone)
      const other = newPhone(server, { sdk, loginCode: 'dev:union' })
      await other.auth.signInWithUnionId()
      assert.equal((await other.auth.getLoginState())?.user.uid, uid)
    })

    it('the same openid always has the same uid, another openid another', async () => {
      const login = async (name: string) => loginByOpenId(newPhone(server, { sdk, loginCode: `dev:${name}` }))
      const [first, again, other] = [await login('丽江'), await login('丽江'), await login('Lijiang')]
      assert.deepEqual(again, first)
      assert.notEqual(other.uid, first.uid)
      assert.notEqual(other.openid, first.openid)
    })

    it('the same custom id has the same uid, which equals it', async () => {
      for (const id of ['abcd', 'a-b_c#d@e~f=*(){}[]:.,<>+', 'oRecipe00000000000000000000001']) {
        for (let round = 0; round < 2; round += 1) {
          assert.equal((await loginByTicket(newPhone(server, { sdk }), key, id)).uid, id)
        }
      }
    })

    it('an anonymous phone stays the same user after a sign-out; another phone is another user', async () => {
      const phone = newPhone(server, { sdk })
      const { uid } = await loginAnonymously(phone)
      await phone.auth.signOut()
      assert.equal((await loginAnonymously(phone)).uid, uid)
      assert.notEqual((await loginAnonymously(newPhone(server, { sdk }))).uid, uid)
    })

    it('two users see only their own data', async () => {
      const [alice, bob] = [await customUser(`alice-${sdk[0]}`), await customUser(`bobby-${sdk[0]}`)]
      const { id } = await alice.app.database().collection('notes').add({ text: 'mine' })
      assert.equal((await alice.app.database().collection('notes').doc(id).get()).data.length, 1)
      assert.equal((await bob.app.database().collection('notes').doc(id).get()).data.length, 0)
      await assert.rejects(whoAmI(bob, `alice-${sdk[0]}`), /STORAGE_EXCEED_AUTHORITY/)
    })

    it('init({ accessKey }) with an api key is the administrator, in storage and in the database', async () => {
      const { apiKey } = await server.apiKey()
      const user = await customUser()
      const { id } = await user.app.database().collection('notes').add({ text: 'of a user' })
      const admin = newPhone(server, { sdk, init: { accessKey: apiKey } })
      assert.ok(await admin.auth.getLoginState())
      const filePath = admin.device.files.add('a.txt', Buffer.from('by the administrator'))
      const { fileID } = await admin.app.uploadFile({ cloudPath: `users/${custom}/from-admin.txt`, filePath })
      const { fileList } = await user.app.getTempFileURL({ fileList: [fileID] })
      assert.equal(await (await fetch(fileList[0]?.tempFileURL ?? '')).text(), 'by the administrator')
      assert.equal((await admin.app.database().collection('notes').doc(id).get()).data[0]?.text, 'of a user')
    })

    it('an invalid api key is refused', async () => {
      const { apiKey } = await server.apiKey()
      for (const accessKey of [`${apiKey}x`, apiKey.slice(0, -1), 'nonsense']) {
        const phone = newPhone(server, { sdk, init: { accessKey } })
        await assert.rejects(whoAmI(phone, 'anybody'), /INVALID_CREDENTIALS|INVALID_ACCESS_TOKEN/)
      }
    })

    it('forged, foreign and malformed tickets are refused with a reason', async () => {
      const foreign = await startServer({ mode: 'dev' })
      const foreignKey = await foreign.loginKey()
      await foreign.stop()
      for (const wrong of [
        foreignKey,
        { ...foreignKey, private_key_id: key.private_key_id },
        { ...key, private_key_id: 'unknown' },
        { ...key, env_id: 'prod-9zzzzz' },
      ]) {
        const phone = newPhone(server, { sdk })
        await assert.rejects(loginByTicket(phone, wrong, 'mallory'), /AUTH_INVALID_CUSTOM_LOGIN_TICKET/)
        assert.ok(!phone.auth.hasLoginState())
      }
      for (const ticket of ['x', `${key.private_key_id}/@@/a.b.c`, `${key.private_key_id}/@@/`]) {
        const phone = newPhone(server, { sdk })
        const { error } = await phone.auth.signInWithCustomTicket(async () => ticket)
        assert.match(error?.message ?? '', /AUTH_INVALID_CUSTOM_LOGIN_TICKET/)
        assert.ok(!phone.auth.hasLoginState())
      }
    })
  })
}

describe('users in the server SDK', () => {
  const UNUSUAL = 'a-b_c#d@e~f=*(){}[]:.,<>+'

  it('getEndUserInfo and queryUserInfo find users by uid, custom id and openid', async () => {
    const apiKey = await server.apiKey()
    const { uid, openid = '' } = await loginByOpenId(newPhone(server, { loginCode: 'dev:lookup' }))
    const anonymous = await loginAnonymously(newPhone(server))
    await loginByTicket(newPhone(server), key, UNUSUAL)
    for (const by of ['signature', 'apiKey'] as const) {
      const auth = createAdmin(server, apiKey, by).auth()
      assert.equal((await auth.getEndUserInfo(UNUSUAL)).userInfo.customUserId, UNUSUAL)
      assert.equal((await auth.getEndUserInfo(uid)).userInfo.openId, openid)
      assert.equal((await auth.getEndUserInfo(anonymous.uid)).userInfo.isAnonymous, true)
      const { userInfo } = await auth.queryUserInfo({ uid })
      assert.deepEqual(
        [userInfo.uid, userInfo.openId, userInfo.customUserId, userInfo.isAnonymous],
        [uid, openid, '', false],
      )
      assert.equal((await auth.queryUserInfo({ uid: anonymous.uid })).userInfo.isAnonymous, true)
      const custom = await auth.queryUserInfo({ platform: 'CUSTOM', platformId: UNUSUAL })
      assert.deepEqual([custom.userInfo.uid, custom.userInfo.customUserId], [UNUSUAL, UNUSUAL])
      assert.equal((await auth.queryUserInfo({ platform: 'WECHAT-OPEN', platformId: openid })).userInfo.uid, uid)
      assert.equal((await auth.queryUserInfo({ uid: UNUSUAL })).userInfo.uid, UNUSUAL)
    }
    for (const params of [{ uuid: 'nobody-like-this' }, { platform: 'CUSTOM', platformId: uid }]) {
      assert.equal((await actAsAdmin(server, apiKey.apiKey, 'auth.getUserInfoForAdmin', params)).code, 'NOT_FOUND')
    }
    for (const params of [{}, { uuid: 5 }, { platform: 'QQ', platformId: 'x' }, { platform: 'CUSTOM' }]) {
      assert.equal((await actAsAdmin(server, apiKey.apiKey, 'auth.getUserInfoForAdmin', params)).code, 'INVALID_PARAM')
    }
    assert.equal((await act(server, undefined, 'auth.getUserInfoForAdmin', { uuid: uid })).code, 'INVALID_ACTION')
  })

  it('a ticket for the uid of a WeChat user or an anonymous user is refused, and that user keeps the uid', async () => {
    const wechat = await loginByOpenId(newPhone(server, { loginCode: 'dev:victim' }))
    const anonymous = await loginAnonymously(newPhone(server))
    for (const { uid } of [wechat, anonymous]) {
      await assert.rejects(loginByTicket(newPhone(server), key, uid), /AUTH_INVALID_CUSTOM_LOGIN_TICKET/)
    }
    assert.equal((await loginByOpenId(newPhone(server, { loginCode: 'dev:victim' }))).uid, wechat.uid)
  })

  for (const sdk of ['2.27.2', '3.7.0'] as const) {
    it(`js-sdk ${sdk}: a custom id with unusual characters works as a directory`, async () => {
      const phone = newPhone(server, { sdk })
      await loginByTicket(phone, key, UNUSUAL)
      const filePath = phone.device.files.add('file.txt', Buffer.from('bytes'))
      const { fileID } = await phone.app.uploadFile({ cloudPath: `users/${UNUSUAL}/图 1.txt`, filePath })
      const { fileList } = await phone.app.getTempFileURL({ fileList: [fileID] })
      assert.equal(await (await fetch(fileList[0]?.tempFileURL ?? '')).text(), 'bytes')
      const removed = await phone.app.deleteFile({ fileList: [fileID] })
      assert.equal(removed.fileList[0]?.code, 'SUCCESS')
    })
  }

  it('node-sdk: a custom id with unusual characters works as a directory', async () => {
    const admin = createAdmin(server, await server.apiKey())
    const { fileID } = await admin.uploadFile({
      cloudPath: `users/${UNUSUAL}/n.txt`,
      fileContent: Buffer.from('bytes'),
    })
    assert.equal((await admin.downloadFile({ fileID })).fileContent?.toString(), 'bytes')
    assert.equal((await admin.deleteFile({ fileList: [fileID] })).fileList[0]?.code, 'SUCCESS')
  })
})
