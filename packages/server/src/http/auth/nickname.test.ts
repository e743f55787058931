import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { type AuthSetup, setUpAuth, ticketFor } from '../../auth/auth.fixture.ts'
import { authRoutes } from './routes.ts'

describe('nicknames', () => {
  let setup: AuthSetup
  let app: FastifyInstance
  before(async () => {
    setup = await setUpAuth()
    app = Fastify()
    await app.register(authRoutes, { prefix: '/auth', auth: setup.auth })
    await app.ready()
  })
  after(async () => {
    await app.close()
    await setup.dispose()
  })

  async function edit(token: string, payload: object) {
    const headers = { authorization: `Bearer ${token}` }
    const response = await app.inject({ method: 'POST', url: '/auth/v1/user/basic/edit', headers, payload })
    return { status: response.statusCode, body: response.json() }
  }
  async function nameOf(token: string): Promise<unknown> {
    const response = await app.inject({ url: '/auth/v1/user/me', headers: { authorization: `Bearer ${token}` } })
    return response.json().name
  }
  async function customUser(id: string): Promise<string> {
    const key = await setup.auth.keys.createLoginKey()
    return (await setup.auth.signInCustom(ticketFor(id, key))).accessToken
  }

  it('are the names of users, except of anonymous ones', async () => {
    const token = await customUser('nick')
    assert.deepEqual(await edit(token, { nickname: '小明' }), { status: 200, body: {} })
    assert.equal(await nameOf(token), '小明')
    const anonymous = (await setup.auth.signInAnonymously('d'.repeat(32))).accessToken
    assert.equal((await edit(anonymous, { nickname: 'guest' })).status, 200)
    assert.equal(await nameOf(anonymous), 'anonymous')
  })

  it('have up to 64 characters on one line, and are not the name of anonymous users', async () => {
    const token = await customUser('limits')
    assert.equal((await edit(token, { nickname: 'x'.repeat(64) })).status, 200)
    for (const nickname of ['', 'anonymous', 'a\nb', 'x'.repeat(65), 5, undefined]) {
      const { status, body } = await edit(token, { nickname })
      assert.deepEqual([status, body.error], [400, 'invalid_argument'])
      assert.match(body.error_description, /nickname/)
    }
    assert.equal(await nameOf(token), 'x'.repeat(64))
  })

  it('are all that can be changed, and only by the user', async () => {
    const token = await customUser('other')
    const { status, body } = await edit(token, { nickname: 'x', email: 'a@b' })
    assert.deepEqual([status, body.error], [501, 'unimplemented'])
    assert.match(body.error_description, /email/)
    assert.equal((await edit('nonsense', { nickname: 'x' })).body.error, 'unauthenticated')
    assert.equal(await nameOf(token), undefined)
  })
})
