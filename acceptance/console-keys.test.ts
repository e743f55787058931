/** Keys in the admin API: created, listed, revoked and replaced while the official SDKs use them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createAdmin, loginByTicket } from './support/clients.ts'
import { consoleApi } from './support/console-api.ts'
import { consoleBrowser } from './support/console-browser.ts'
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

describe('the keys that a key created', () => {
  const create = (by: ApiKey): Promise<ApiKey> => consoleApi(server, by).call('POST', '/keys/api')
  const status = async (key: ApiKey) => (await consoleApi(server, key).ask('GET', '/keys')).status

  it('are revoked with it, in the admin API and on the command line, and all are in the security log', async () => {
    const root = await newApiKey()
    const child = await create(root)
    const grandchild = await create(child)
    const answer = await revoke(root.secretId)
    assert.deepEqual(answer.revoked.toSorted(), [root, child, grandchild].map(({ secretId }) => secretId).sort())
    assert.deepEqual(await Promise.all([root, child, grandchild, first].map(status)), [401, 401, 401, 200])
    for (const by of ['signature', 'apiKey'] as const) {
      assert.equal(await administer(grandchild, by), 'INVALID_CREDENTIALS', by)
    }
    const { items } = await api.call('GET', '/security-events?limit=3')
    assert.deepEqual(
      items.map(({ kind, about }: Record<string, string>) => [kind, about]).toSorted(),
      [root, child, grandchild].map(({ secretId }) => ['key-revoked', secretId]).toSorted(),
    )

    const other = await server.apiKey()
    const made = await create(other)
    const where = ['--env', server.env, '--data-dir', server.dataDir]
    const { stdout } = await cloudstead('keys', 'revoke', other.secretId, ...where)
    assert.deepEqual(JSON.parse(stdout).revoked.toSorted(), [other.secretId, made.secretId].toSorted())
    assert.equal(await status(made), 401)
  })

  it('stay valid when they replace it', async () => {
    const old = await newApiKey()
    const fresh = await create(old)
    const answer = await consoleApi(server, old).call('DELETE', `/keys/${old.secretId}?keep=${fresh.secretId}`)
    assert.deepEqual(answer, { done: true, revoked: [old.secretId] })
    assert.deepEqual([await status(old), await status(fresh)], [401, 200])
  })
})

it('unknown keys and invalid ids cannot be revoked', async () => {
  for (const id of ['CS000000000000000000000000', encodeURIComponent('../api'), encodeURIComponent('中文')]) {
    const { status, body } = await api.ask('DELETE', `/keys/${id}`)
    assert.deepEqual([status, body.code], [404, 'NOT_FOUND'], id)
  }
})

describe('scopes', () => {
  const scoped = (scopes: string): Promise<ApiKey> => api.call('POST', `/keys/api?scopes=${encodeURIComponent(scopes)}`)
  const codeOf = async (key: ApiKey, method: string, path: string, body?: unknown) => {
    const { status, body: answer } = await consoleApi(server, key).ask(method, path, body)
    return status === 200 ? 'SUCCESS' : answer.code
  }

  it('limit a key in the admin API and in the server SDK', async () => {
    const key = await scoped('storage:read')
    assert.equal(await codeOf(key, 'GET', '/storage/files?folder='), 'SUCCESS')
    assert.equal(await codeOf(key, 'POST', '/storage/counts', { paths: ['a/'] }), 'SUCCESS')
    for (const [method, path, body] of [
      ['POST', '/storage/folders', { path: 'a/' }],
      ['GET', '/database/collections'],
      ['GET', '/users'],
      ['GET', '/keys'],
      ['POST', '/keys/api?scopes=storage:read'],
      ['GET', '/settings'],
      ['GET', '/overview'],
      ['GET', '/security-events'],
      ['DELETE', '/session?everywhere=true'],
      ['PUT', '/password', { password: 'a long password' }],
    ] as const) {
      assert.equal(await codeOf(key, method, path, body), 'ACTION_FORBIDDEN', path)
    }
    for (const by of ['signature', 'apiKey'] as const) {
      assert.equal(await administer(key, by), 'SUCCESS')
      const admin = createAdmin(server, key, by)
      await assert.rejects(
        admin.uploadFile({ cloudPath: 'a.txt', fileContent: Buffer.from('x') }),
        /ACTION_FORBIDDEN|storage:write/,
      )
      await assert.rejects(admin.database().collection('x').add({ a: 1 }), /database:write/)
    }
  })

  it('cannot be exceeded by the keys that a key creates, nor by a Console session opened with it', async () => {
    const key = await scoped('users,storage:read')
    assert.equal(await codeOf(key, 'POST', '/keys/api'), 'ACTION_FORBIDDEN')
    assert.equal(await codeOf(key, 'POST', '/keys/api?scopes=database:read'), 'ACTION_FORBIDDEN')
    const { secretId } = await consoleApi(server, key).call('POST', '/keys/api?scopes=storage:read')
    const listed = (await api.call('GET', '/keys')).items.find(({ id }: { id: string }) => id === secretId)
    assert.deepEqual([listed.scopes, listed.by], [['storage:read'], key.secretId])
    const browser = consoleBrowser(server)
    await browser.signIn({ secret: key.apiKey })
    assert.equal((await browser.ask('GET', '/console/api/users')).status, 200)
    assert.equal((await browser.ask('GET', '/console/api/settings')).status, 403)
  })

  it('are an option of the command line, which refuses unknown ones', async () => {
    const where = ['--env', server.env, '--data-dir', server.dataDir]
    const { stdout } = await cloudstead('keys', 'api', '--scope', 'database:read', ...where)
    const key = JSON.parse(stdout) as ApiKey
    assert.equal(await codeOf(key, 'GET', '/database/collections'), 'SUCCESS')
    assert.equal(await codeOf(key, 'POST', '/database/collections', { name: 'x' }), 'ACTION_FORBIDDEN')
    const wrong = await cloudstead('keys', 'api', '--scope', 'databases', ...where)
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /databases.*storage, database, functions, users, settings/)
  })
})

it('the security log shows who made and revoked keys, and refused sign-ins', async () => {
  const key = await newApiKey()
  await revoke(key.secretId)
  await consoleBrowser(server).signIn({ secret: 'not the password' })
  const { items } = await api.call('GET', '/security-events?limit=3')
  assert.deepEqual(
    items.map(({ kind, by, about }: Record<string, string>) => [kind, by, about]),
    [
      ['sign-in-refused', undefined, 'password'],
      ['key-revoked', first.secretId, key.secretId],
      ['key-created', first.secretId, key.secretId],
    ],
  )
  assert.match(items[0].address, /127\.0\.0\.1/)
})
