/** Keys in the admin API: created, listed, revoked and replaced while the official SDKs use them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAdmin, loginByTicket } from './support/clients.ts'
import { consoleApi } from './support/console-api.ts'
import { phoneMaker, whoAmI } from './support/phones.ts'
import { type ApiKey, cloudstead, type LoginKey, serverForFile } from './support/server.ts'

const newPhone = phoneMaker()
const server = await serverForFile({ config: { storage: { acl: 'PRIVATE' } } })
const first = await server.apiKey()
const api = consoleApi(server, first)

const newApiKey = (): Promise<ApiKey> => api.call('POST', '/keys/api')
const newLoginKey = (): Promise<LoginKey> => api.call('POST', '/keys/login')
const revoke = (id: string) => api.call('DELETE', `/keys/${id}`)
const listed = async (): Promise<{ kind: string; id: string }[]> => (await api.call('GET', '/keys')).items

/** A call of the server SDK that only an administrator may make; the code of the refusal, or SUCCESS. */
async function administer(key: ApiKey, by: 'signature' | 'apiKey'): Promise<string> {
  try {
    const { fileList } = await createAdmin(server, key, by).getTempFileURL({
      fileList: ['cloud://demo-1abcde.x/no.png'],
    })
    assert.equal(fileList.length, 1)
    return 'SUCCESS'
  } catch (error) {
    return String((error as { code?: unknown }).code)
  }
}

describe('an api key', () => {
  it('works immediately in the server SDK, as signature and as accessKey, until it is revoked', async () => {
    const key = await newApiKey()
    for (const by of ['signature', 'apiKey'] as const) assert.equal(await administer(key, by), 'SUCCESS', by)
    assert.equal((await consoleApi(server, key).ask('GET', '/keys')).status, 200)
    await revoke(key.secretId)
    for (const by of ['signature', 'apiKey'] as const)
      assert.equal(await administer(key, by), 'INVALID_CREDENTIALS', by)
    const refused = await consoleApi(server, key).ask('GET', '/keys')
    assert.deepEqual([refused.status, refused.body.code], [401, 'INVALID_CREDENTIALS'])
    assert.equal(await administer(first, 'apiKey'), 'SUCCESS', 'other keys stay valid')
  })

  it('is replaced without a gap: the new one works before the old one is revoked', async () => {
    const old = await newApiKey()
    const fresh = await newApiKey()
    assert.deepEqual([await administer(old, 'apiKey'), await administer(fresh, 'apiKey')], ['SUCCESS', 'SUCCESS'])
    await revoke(old.secretId)
    assert.deepEqual(
      [await administer(old, 'apiKey'), await administer(fresh, 'apiKey')],
      ['INVALID_CREDENTIALS', 'SUCCESS'],
    )
  })
})

describe('a login key', () => {
  it('makes tickets with createTicket until it is revoked; existing logins stay valid', async () => {
    const key = await newLoginKey()
    assert.equal(key.env_id, server.env)
    const phone = newPhone(server)
    await loginByTicket(phone, key, 'ticket-user')
    await revoke(key.private_key_id)
    await assert.rejects(loginByTicket(newPhone(server), key, 'ticket-user'), /AUTH_INVALID_CUSTOM_LOGIN_TICKET/)
    assert.ok(await whoAmI(phone, 'ticket-user'))
  })
})

it('keys are listed newest first, including those of the command line, and never with a secret', async () => {
  const login = await server.loginKey()
  const key = await newApiKey()
  const [one, other] = await listed()
  assert.deepEqual([one?.kind, one?.id], ['api', key.secretId])
  assert.deepEqual([other?.kind, other?.id], ['login', login.private_key_id])
  const { text, headers } = await api.ask('GET', '/keys')
  for (const secret of [key.secretKey, key.apiKey, 'PRIVATE']) assert.equal(text.includes(secret), false)
  assert.equal(headers.get('cache-control'), 'no-store')
  const { stdout } = await cloudstead('keys', 'list', '--env', server.env, '--data-dir', server.dataDir)
  assert.deepEqual(JSON.parse(stdout)[0].id, key.secretId)
})

it('the answer with a secret must not be cached, and is not in the log', async () => {
  const { headers, body } = await api.ask('POST', '/keys/api')
  assert.equal(headers.get('cache-control'), 'no-store')
  const login = await newLoginKey()
  await revoke(login.private_key_id)
  const log = server.log()
  assert.match(log, new RegExp(`${body.secretId}.*an api key was made`))
  assert.match(log, new RegExp(`${login.private_key_id}.*a key was revoked`))
  assert.match(log, new RegExp(`"by":"${first.secretId}"`))
  for (const secret of [body.secretKey, body.apiKey, login.private_key.split('\n')[1] ?? '']) {
    assert.equal(log.includes(secret), false)
  }
})

it('unknown keys and invalid ids cannot be revoked', async () => {
  for (const id of ['CS000000000000000000000000', encodeURIComponent('../api'), encodeURIComponent('中文')]) {
    const { status, body } = await api.ask('DELETE', `/keys/${id}`)
    assert.deepEqual([status, body.code], [404, 'NOT_FOUND'], id)
  }
})
