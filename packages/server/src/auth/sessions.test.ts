import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { CloudsteadError, type ErrorCode } from '@cloudstead/protocol'
import { type AuthSetup, DEV_WECHAT, setUpAuth } from './auth.fixture.ts'
import { LoginError } from './login-error.ts'
import { ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS, REPLAY_WINDOW_MS } from './sessions.ts'

const DAY = 86_400_000

function invalidGrant(error: unknown): boolean {
  return error instanceof LoginError && error.refusal === 'invalid_grant'
}

function code(expected: ErrorCode) {
  return (error: unknown) => error instanceof CloudsteadError && error.code === expected
}

describe('sessions', () => {
  let setup: AuthSetup
  before(async () => {
    setup = await setUpAuth({ wechat: DEV_WECHAT })
  })
  after(() => setup.dispose())

  const signIn = () => setup.auth.signInAnonymously('device-of-a-phone')

  /** Whether an access token is valid. */
  const alive = (token: string) =>
    setup.auth.callerOfToken(token).then(
      () => true,
      () => false,
    )

  describe('an access token', () => {
    it('identifies its user for two hours', async () => {
      const login = await signIn()
      assert.equal(login.expiresIn, 7200)
      assert.equal(login.scope, 'anonymous')
      const caller = await setup.auth.callerOfToken(login.accessToken)
      assert.ok(caller.kind === 'user' && caller.loginType === 'ANONYMOUS' && caller.uid === login.uid)
      setup.ahead = ACCESS_TOKEN_SECONDS * 1000 + 1000
      await assert.rejects(setup.auth.callerOfToken(login.accessToken), code('ACCESS_TOKEN_EXPIRED'))
      setup.ahead = 0
      assert.ok(await alive(login.accessToken))
    })

    it('gives the ids of the caller from the session, not from the token', async () => {
      const { token } = await setup.auth.providerToken('wxsome', 'dev:alice')
      const login = await setup.auth.signInWithProvider(token)
      const caller = await setup.auth.callerOfToken(login.accessToken)
      assert.ok(caller.kind === 'user')
      assert.match(caller.openid ?? '', /^oDEV/)
      assert.equal(caller.loginType, 'WECHAT_OPEN')
      assert.doesNotMatch(Buffer.from(login.accessToken.split('.')[1] ?? '', 'base64url').toString(), /oDEV/)
    })

    it('of another kind, or any other text, is INVALID_ACCESS_TOKEN', async () => {
      const { token: provider } = await setup.auth.providerToken('wxsome', 'dev:alice')
      const { refreshToken } = await signIn()
      for (const token of ['', 'x', 'a.b.c', provider, refreshToken]) {
        await assert.rejects(setup.auth.callerOfToken(token), code('INVALID_ACCESS_TOKEN'), token)
      }
    })

    it('works in a second process and after a restart', async () => {
      const { accessToken, uid } = await signIn()
      const { auth } = await setup.second()
      const caller = await auth.callerOfToken(accessToken)
      assert.ok(caller.kind === 'user' && caller.uid === uid)
      await setup.restart()
      assert.ok(await alive(accessToken))
    })
  })

  describe('a refresh', () => {
    it('gives new tokens of the same session; the old access token stays valid until it expires', async () => {
      const first = await signIn()
      const second = await setup.auth.refresh(first.refreshToken, 'r1')
      assert.notEqual(second.refreshToken, first.refreshToken)
      assert.equal(second.uid, first.uid)
      assert.ok(second.refreshToken.length <= 128)
      assert.ok((await alive(first.accessToken)) && (await alive(second.accessToken)))
      await setup.restart()
      assert.equal((await setup.auth.refresh(second.refreshToken, 'r2')).uid, first.uid)
    })

    it('is possible for 31 days after the last one', async () => {
      const first = await signIn()
      setup.ahead = 30 * DAY
      const second = await setup.auth.refresh(first.refreshToken, 'r1')
      setup.ahead = 60 * DAY
      const third = await setup.auth.refresh(second.refreshToken, 'r2')
      setup.ahead = 60 * DAY + REFRESH_TOKEN_SECONDS * 1000
      await assert.rejects(setup.auth.refresh(third.refreshToken, 'r3'), invalidGrant)
      setup.ahead = 0
    })

    it('with a used token ends the session, for the thief and for the owner', async () => {
      for (const requestId of ['other', undefined]) {
        const first = await signIn()
        const second = await setup.auth.refresh(first.refreshToken, 'r1')
        await assert.rejects(setup.auth.refresh(first.refreshToken, requestId), invalidGrant)
        await assert.rejects(setup.auth.refresh(second.refreshToken, 'r2'), invalidGrant)
        assert.equal(await alive(first.accessToken), false)
        assert.equal(await alive(second.accessToken), false)
        assert.match(setup.logged(), new RegExp(`the session is revoked .*${first.uid}`))
      }
    })

    it('with a token that was used long ago ends the session, too', async () => {
      const first = await signIn()
      let last = first
      for (const id of ['r1', 'r2', 'r3', 'r4']) last = await setup.auth.refresh(last.refreshToken, id)
      // Not even with the request id of its own exchange.
      await assert.rejects(setup.auth.refresh(first.refreshToken, 'r1'), invalidGrant)
      assert.equal(await alive(last.accessToken), false)
    })

    it('that is repeated because its answer was lost gets the same answer and changes nothing', async () => {
      const first = await signIn()
      const lost = await setup.auth.refresh(first.refreshToken, 'same-call')
      setup.ahead = REPLAY_WINDOW_MS - 1000
      const again = await setup.auth.refresh(first.refreshToken, 'same-call')
      assert.equal(again.refreshToken, lost.refreshToken)
      assert.ok(await alive(again.accessToken))
      assert.equal((await setup.auth.refresh(again.refreshToken, 'next-call')).uid, first.uid)
      setup.ahead = 0
    })

    it('that is repeated too late counts as reuse', async () => {
      const first = await signIn()
      const lost = await setup.auth.refresh(first.refreshToken, 'same-call')
      setup.ahead = REPLAY_WINDOW_MS + 1000
      await assert.rejects(setup.auth.refresh(first.refreshToken, 'same-call'), invalidGrant)
      setup.ahead = 0
      assert.equal(await alive(lost.accessToken), false)
    })

    it('that is repeated while the first attempt is running rotates once', async () => {
      const other = (await setup.second()).auth
      const first = await signIn()
      const attempts = [setup.auth, other, setup.auth, other].map((auth) =>
        auth.refresh(first.refreshToken, 'same-call'),
      )
      const answers = await Promise.all(attempts)
      assert.equal(new Set(answers.map(({ refreshToken }) => refreshToken)).size, 1)
      assert.ok(await alive((await setup.auth.refresh(answers[0]?.refreshToken ?? '', 'next')).accessToken))
    })

    it('by two clients at once with one token: at most one succeeds, and the session ends', async () => {
      const first = await signIn()
      const results = await Promise.allSettled(
        ['thief', 'owner'].map((id) => setup.auth.refresh(first.refreshToken, id)),
      )
      assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      assert.equal(await alive(first.accessToken), false)
    })

    it('with a made-up token is refused and changes nothing', async () => {
      const login = await signIn()
      const [sessionId = '', secret = ''] = login.refreshToken.split('.')
      const other = await setup.auth.signInAnonymously('another-device-id')
      for (const token of [
        '',
        'x',
        sessionId,
        `${sessionId}.`,
        `${sessionId}.${'A'.repeat(54)}`,
        `${sessionId}.${secret.slice(0, -1)}`,
        `${sessionId}.${secret.slice(1)}A`,
        `${sessionId}.${other.refreshToken.split('.')[1]}`,
        `${'A'.repeat(22)}.${secret}`,
        login.accessToken,
      ]) {
        await assert.rejects(setup.auth.refresh(token, 'r'), invalidGrant, token)
      }
      assert.ok(await alive(login.accessToken))
      assert.equal((await setup.auth.refresh(login.refreshToken, 'r')).uid, login.uid)
    })
  })

  describe('revoking', () => {
    it('by access token or refresh token ends the session at once, in every process', async () => {
      const { auth } = await setup.second()
      for (const which of ['accessToken', 'refreshToken'] as const) {
        const login = await signIn()
        const bystander = await signIn()
        await auth.callerOfToken(login.accessToken)
        await setup.auth.revoke(login[which])
        await assert.rejects(auth.callerOfToken(login.accessToken), code('INVALID_ACCESS_TOKEN'))
        await assert.rejects(auth.refresh(login.refreshToken, 'r'), invalidGrant)
        assert.ok(await alive(bystander.accessToken), 'another session of the same person goes on')
      }
    })

    it('works with an access token that has expired', async () => {
      const login = await signIn()
      setup.ahead = ACCESS_TOKEN_SECONDS * 1000 + 1000
      await setup.auth.revoke(login.accessToken)
      await assert.rejects(setup.auth.refresh(login.refreshToken, 'r'), invalidGrant)
      setup.ahead = 0
    })

    it('with anything else is not an error and changes nothing', async () => {
      const login = await signIn()
      const sessionId = login.refreshToken.split('.')[0]
      for (const token of ['', 'x', `${sessionId}.${'A'.repeat(54)}`, `${login.accessToken}x`, 'cs_x']) {
        await setup.auth.revoke(token)
      }
      assert.ok(await alive(login.accessToken))
    })

    it('takes precedence over a concurrent refresh: no session is restored', async () => {
      for (let round = 0; round < 10; round++) {
        const login = await signIn()
        const [refreshed] = await Promise.allSettled([
          setup.auth.refresh(login.refreshToken, 'r'),
          setup.auth.revoke(login.accessToken),
        ])
        assert.equal(await alive(login.accessToken), false)
        if (refreshed?.status === 'fulfilled') assert.equal(await alive(refreshed.value.accessToken), false)
      }
    })
  })

  it('no token can be recovered from the records', async () => {
    const login = await signIn()
    const next = await setup.auth.refresh(login.refreshToken, 'r')
    const stored = JSON.stringify(await setup.records.find({ space: 'auth:sessions', limit: 1000 }))
    for (const { refreshToken, accessToken } of [login, next]) {
      assert.equal(stored.includes(refreshToken.split('.')[1] ?? ''), false)
      assert.equal(stored.includes(accessToken), false)
    }
  })

  it('the sweep deletes expired sessions and no others', async () => {
    const old = await signIn()
    setup.ahead = 20 * DAY
    const young = await signIn()
    const before = await setup.records.count('auth:sessions')
    setup.ahead = 20 * DAY + REFRESH_TOKEN_SECONDS * 1000 - 1000
    const removed = await setup.auth.sweep()
    assert.ok(removed > 0)
    assert.equal(await setup.records.count('auth:sessions'), before - removed)
    assert.equal((await setup.auth.refresh(young.refreshToken, 'r')).uid, young.uid)
    await assert.rejects(setup.auth.refresh(old.refreshToken, 'r'), invalidGrant)
    setup.ahead = 0
  })
})
