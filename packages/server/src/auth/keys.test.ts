import assert from 'node:assert/strict'
import { createPublicKey, createSecretKey } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import { type AuthSetup, ENV, setUpAuth, ticketFor } from './auth.fixture.ts'
import { createKeys, looksLikeApiKey } from './keys.ts'

describe('keys', () => {
  let setup: AuthSetup
  before(async () => {
    setup = await setUpAuth()
  })
  after(() => setup.dispose())

  const invalid = (error: unknown) => error instanceof CloudsteadError && error.code === 'INVALID_CREDENTIALS'
  const everything = async () =>
    JSON.stringify([
      await setup.records.find({ space: 'auth:login-keys', limit: 100 }),
      await setup.records.find({ space: 'auth:api-keys', limit: 100 }),
    ])

  it('a login key makes tickets with the real server SDK, and only its public half is stored', async () => {
    const key = await setup.auth.keys.createLoginKey()
    assert.equal(key.env_id, ENV)
    assert.match(key.private_key, /^-----BEGIN RSA PRIVATE KEY-----/)
    const publicKey = createPublicKey((await setup.auth.keys.publicLoginKey(key.private_key_id)) ?? '')
    assert.equal(publicKey.asymmetricKeyDetails?.modulusLength, 2048)
    assert.equal((await setup.auth.signInCustom(ticketFor('alice', key))).uid, 'alice')
    assert.doesNotMatch(await everything(), /PRIVATE/)
  })

  it('an api key works as a token and as a pair, and neither secret is stored', async () => {
    const { secretId, secretKey, apiKey } = await setup.auth.keys.createApiKey()
    assert.deepEqual(await setup.auth.keys.callerOfApiKey(apiKey), { kind: 'admin', keyId: secretId })
    assert.deepEqual(await setup.auth.callerOfToken(apiKey), { kind: 'admin', keyId: secretId })
    assert.equal(await setup.auth.keys.secretKeyOf(secretId), secretKey)
    assert.ok(looksLikeApiKey(apiKey) && secretKey.length >= 32)
    const stored = await everything()
    for (const secret of [secretKey, apiKey, apiKey.slice(-20)]) assert.equal(stored.includes(secret), false)
  })

  it('a wrong api key is refused, however similar', async () => {
    const { secretId, secretKey, apiKey } = await setup.auth.keys.createApiKey()
    const other = await setup.auth.keys.createApiKey()
    const last = apiKey.endsWith('A') ? 'B' : 'A'
    for (const wrong of [
      '',
      'cs_',
      secretId,
      secretKey,
      `cs_${secretId}_`,
      `${apiKey.slice(0, -1)}${last}`,
      `${apiKey}A`,
      apiKey.replace(secretId, other.secretId),
      apiKey.replace(secretId, 'CS000000000000000000000000'),
    ]) {
      await assert.rejects(setup.auth.keys.callerOfApiKey(wrong), invalid, wrong)
    }
  })

  it('keys that another process creates or revokes take effect here at once', async () => {
    const beside = (await setup.second()).auth.keys
    const login = await beside.createLoginKey()
    const api = await beside.createApiKey()
    assert.equal((await setup.auth.signInCustom(ticketFor('bobby', login))).uid, 'bobby')
    assert.equal((await setup.auth.keys.callerOfApiKey(api.apiKey)).keyId, api.secretId)

    const listed = (await setup.auth.keys.list()).map(({ kind, id }) => `${kind} ${id}`)
    assert.ok(listed.includes(`login ${login.private_key_id}`) && listed.includes(`api ${api.secretId}`))
    assert.deepEqual(await beside.revoke(login.private_key_id), [login.private_key_id])
    assert.deepEqual(await beside.revoke(api.secretId), [api.secretId])
    assert.deepEqual(await beside.revoke(api.secretId), [])

    await assert.rejects(setup.auth.signInCustom(ticketFor('bobby', login)), /revoked/)
    await assert.rejects(setup.auth.keys.callerOfApiKey(api.apiKey), invalid)
    assert.equal(await setup.auth.keys.secretKeyOf(api.secretId), undefined)
    const left = (await setup.auth.keys.list()).map(({ id }) => id)
    assert.ok(!left.includes(api.secretId) && !left.includes(login.private_key_id))
  })

  it('are listed newest first, without any secret', async () => {
    setup.ahead = 1000
    const login = await setup.auth.keys.createLoginKey()
    setup.ahead = 2000
    const api = await setup.auth.keys.createApiKey()
    const listed = await setup.auth.keys.list()
    setup.ahead = 0
    assert.deepEqual(
      listed.slice(0, 2).map(({ kind, id }) => [kind, id]),
      [
        ['api', api.secretId],
        ['login', login.private_key_id],
      ],
    )
    assert.deepEqual(Object.keys(listed[0] ?? {}).sort(), ['createdAt', 'id', 'kind'])
  })

  it('a revoked key takes the keys with it that it created, but none of others, of the command line or of earlier versions', async () => {
    const { keys } = setup.auth
    const made = async (by?: string) => (await keys.createApiKey(by === undefined ? {} : { by })).secretId
    const root = await made('command line')
    const child = await made(root)
    const login = (await keys.createLoginKey({ by: child })).private_key_id
    const grandchild = await made(child)
    const others = [await made('command line'), await made('operator'), await made()]
    for (const noKey of ['', 'command line', 'operator']) assert.deepEqual(await keys.revoke(noKey), [])
    assert.deepEqual([...(await keys.revoke(root))].sort(), [root, child, login, grandchild].sort())
    const left = new Set((await keys.list()).map(({ id }) => id))
    assert.ok(others.every((id) => left.has(id)))
    assert.ok([root, child, login, grandchild].every((id) => !left.has(id)))
    await assert.rejects(made(child), invalid)
  })

  it('a key that replaces the one that created it can be kept, with those that it created', async () => {
    const { keys } = setup.auth
    const made = async (by: string) => (await keys.createApiKey({ by })).secretId
    const old = await made('operator')
    const fresh = await made(old)
    const ofFresh = await made(fresh)
    const ofOld = await made(old)
    assert.deepEqual([...(await keys.revoke(old, fresh))].sort(), [old, ofOld].sort())
    const left = (await keys.list()).map(({ id }) => id)
    assert.ok(left.includes(fresh) && left.includes(ofFresh))
  })

  it('a key that is created while its creator is being revoked does not survive', async () => {
    const old = (await setup.auth.keys.createApiKey({ by: 'operator' })).secretId
    const racing = createKeys({
      env: ENV,
      now: setup.now,
      ring: setup.secrets.apiSecret,
      records: {
        ...setup.records,
        async commit(...request) {
          // The other one has listed the keys, and deletes them now.
          await setup.auth.keys.createApiKey({ by: old }).catch(() => {})
          return setup.records.commit(...request)
        },
      },
    })
    assert.equal((await racing.revoke(old)).length, 2)
    assert.ok((await setup.auth.keys.list()).every(({ by }) => by !== old))
  })

  it('a secretKey stays the same when the ring gets a newer key, and ends with the key it is derived from', async () => {
    const { secretId, secretKey } = await setup.auth.keys.createApiKey()
    const [old] = setup.secrets.apiSecret.all
    assert.ok(old)
    const fresh = { kid: 'fresh', secret: createSecretKey(Buffer.alloc(32, 7)) }
    const withRing = (all: (typeof old)[]) =>
      createKeys({
        env: ENV,
        records: setup.records,
        now: setup.now,
        ring: { current: fresh, all, find: (kid) => all.find((key) => key.kid === kid) },
      })
    assert.equal(await withRing([fresh, old]).secretKeyOf(secretId), secretKey)
    assert.equal(await withRing([fresh]).secretKeyOf(secretId), undefined)
  })
})
