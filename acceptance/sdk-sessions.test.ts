/** The lifetime of logins: closed apps, refreshes, stolen tokens, signing out. Both SDK versions. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loginByTicket, type Phone } from './support/clients.ts'
import { phoneMaker, whoAmI } from './support/phones.ts'
import type { SdkLine } from './support/sdk.ts'
import { serverForFile } from './support/server.ts'

const CREDENTIALS = 'credentials_demo-1abcde'
/** The code of a call with a token of an ended session. */
const ENDED = /INVALID_ACCESS_TOKEN|CHECK_LOGIN_FAILED/

const newPhone = phoneMaker()
const server = await serverForFile({ config: { storage: { acl: 'PRIVATE' } } })
const key = await server.loginKey()

interface StoredLogin {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_at: string
}

function storedLogin(phone: Phone): StoredLogin {
  return JSON.parse(String(phone.device.storageSnapshot()[CREDENTIALS])) as StoredLogin
}

/** The same phone after a restart of the app; `change` edits the stored login. */
function relaunch(phone: Phone, sdk: SdkLine, change: Partial<StoredLogin> = {}): Phone {
  const storage = phone.device.storageSnapshot()
  const login = JSON.stringify({ ...storedLogin(phone), ...change })
  return newPhone(server, { sdk, wx: { storage: { ...storage, [CREDENTIALS]: login } } })
}

const EXPIRED = { expires_at: new Date(0).toISOString() }

for (const sdk of ['2.27.2', '3.7.0'] as const) {
  describe(`js-sdk ${sdk}`, () => {
    const custom = `custom-${sdk[0]}`

    async function customUser(): Promise<Phone> {
      const phone = newPhone(server, { sdk })
      await loginByTicket(phone, key, custom)
      return phone
    }

    it('R1: a closed app is still logged in after a restart', async () => {
      const again = relaunch(await customUser(), sdk)
      assert.ok(again.auth.hasLoginState())
      assert.equal((await again.auth.getLoginState())?.user.uid, custom)
      assert.match(await whoAmI(again, custom), new RegExp(`/users/${custom}/`))
    })

    it('an expired access token is refreshed automatically, and the refresh token changes each time', async () => {
      let phone = await customUser()
      const seen = [storedLogin(phone).refresh_token]
      for (let round = 0; round < 2; round += 1) {
        phone = relaunch(phone, sdk, EXPIRED)
        assert.match(await whoAmI(phone, custom), new RegExp(`/users/${custom}/`))
        const { refresh_token, expires_at } = storedLogin(phone)
        assert.ok(Date.parse(expires_at) > Date.now())
        seen.push(refresh_token)
      }
      assert.equal(new Set(seen).size, 3)
      assert.equal((await phone.auth.getLoginState())?.user.uid, custom)
    })

    it('concurrent calls with an expired token share one refresh', async () => {
      const phone = relaunch(await customUser(), sdk, EXPIRED)
      const answers = await Promise.all(Array.from({ length: 8 }, () => whoAmI(phone, custom)))
      assert.equal(new Set(answers).size, 1)
      assert.ok(phone.auth.hasLoginState())
    })

    it('reusing a refresh token ends the login, for the thief and for the owner', async () => {
      const stolen = await customUser()
      const owner = relaunch(stolen, sdk, EXPIRED)
      await whoAmI(owner, custom)
      const thief = relaunch(stolen, sdk, EXPIRED)
      assert.equal(await thief.auth.getLoginState(), null)
      assert.ok(!thief.auth.hasLoginState())
      await assert.rejects(whoAmI(owner, custom), ENDED)
    })

    it('an invalid refresh token loses only this login', async () => {
      const phone = await customUser()
      const broken = relaunch(phone, sdk, { ...EXPIRED, refresh_token: 'made.up' })
      assert.equal(await broken.auth.getLoginState(), null)
      assert.ok(await whoAmI(phone, custom))
    })

    it('an edited access token is refused', async () => {
      const phone = await customUser()
      const { access_token } = storedLogin(phone)
      const [head, claims = '', signature] = access_token.split('.')
      const text = Buffer.from(claims, 'base64url').toString().replaceAll(custom, 'mallory')
      const forged = [head, Buffer.from(text).toString('base64url'), signature].join('.')
      for (const token of [forged, `${access_token}x`, 'nonsense', `${head}.${claims}.`]) {
        const edited = relaunch(phone, sdk, { access_token: token })
        await assert.rejects(whoAmI(edited, 'mallory'), /INVALID_ACCESS_TOKEN/)
      }
    })

    it('signing out ends the login on this phone and all its copies; other phones stay logged in', async () => {
      const phone = await customUser()
      const other = await customUser()
      const copy = relaunch(phone, sdk)
      await phone.auth.signOut()
      assert.ok(!phone.auth.hasLoginState())
      assert.equal(await phone.auth.getLoginState(), null)
      await assert.rejects(whoAmI(phone, custom))
      await assert.rejects(whoAmI(copy, custom), ENDED)
      assert.ok(await whoAmI(other, custom))
    })
  })
}
