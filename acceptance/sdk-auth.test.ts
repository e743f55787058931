/** Logins with the client SDK: the identity of users. Both SDK versions, with `cloudstead dev`. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loginAnonymously, loginByOpenId, loginByTicket, type Phone } from './support/clients.ts'
import { phoneMaker, whoAmI } from './support/phones.ts'
import { serverForFile, startServer } from './support/server.ts'

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
