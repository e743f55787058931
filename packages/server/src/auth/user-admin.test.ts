import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { CloudsteadError, type ErrorCode } from '@cloudstead/protocol'
import type { Records } from '../engines/records/records.ts'
import { type AuthSetup, ENV, setUpAuth, ticketFor } from './auth.fixture.ts'
import { type Auth, createAuth } from './auth.ts'
import { putJson } from './json-records.ts'
import type { LoginKeyFile } from './keys.ts'
import { LoginError } from './login-error.ts'
import { REFRESH_TOKEN_SECONDS } from './sessions.ts'
import { MAX_LISTED } from './user-sessions.ts'

const code = (expected: ErrorCode) => (error: unknown) => error instanceof CloudsteadError && error.code === expected
const refused = (refusal: string) => (error: unknown) => error instanceof LoginError && error.refusal === refusal

describe('administration of users', () => {
  let setup: AuthSetup
  let key: LoginKeyFile
  let count = 0
  before(async () => {
    setup = await setUpAuth()
    key = await setup.auth.keys.createLoginKey()
  })
  after(() => setup.dispose())

  const newId = () => `user-${count++}`
  const signIn = (id: string, auth: Auth = setup.auth) => auth.signInCustom(ticketFor(id, key))
  const open = (uid: string) => setup.auth.users.get(uid).then(({ sessions }) => sessions)
  const alive = (token: string) =>
    setup.auth.callerOfToken(token).then(
      () => true,
      () => false,
    )

  /** The same Auth on records that do something else once before a certain commit. */
  function beforeCommit(applies: (spaces: readonly string[]) => boolean, first: () => Promise<unknown>): Auth {
    let done = false
    const records = Object.assign(Object.create(setup.records), {
      get: setup.records.get.bind(setup.records),
      find: setup.records.find.bind(setup.records),
      async commit(...args: Parameters<Records['commit']>) {
        if (!done && applies(args[0].map(({ space }) => space))) {
          done = true
          await first()
        }
        return setup.records.commit(...args)
      },
    }) as Records
    const settings = () => ({ auth: setup.settings }) as never
    return createAuth({
      env: ENV,
      records,
      secrets: setup.secrets,
      settings,
      now: setup.now,
      log: { info() {}, warn() {} },
    })
  }

  describe('sessions', () => {
    it('are listed newest first, with the time of the last refresh and without secrets', async () => {
      const id = newId()
      const first = await signIn(id)
      setup.ahead = 60_000
      const second = await signIn(id)
      const refreshed = await setup.auth.refresh(first.refreshToken, 'r1')
      const { user, sessions, more } = await setup.auth.users.get(id)
      assert.equal(user.uid, id)
      assert.equal(more, false)
      const [newer, older] = sessions
      assert.ok(newer !== undefined && older !== undefined && sessions.length === 2)
      assert.ok(newer.createdAt > older.createdAt)
      assert.equal(newer.refreshedAt, undefined)
      assert.ok((older.refreshedAt ?? 0) > older.createdAt)
      assert.ok(older.expiresAt > setup.now())
      const text = JSON.stringify(sessions)
      for (const login of [first, second, refreshed]) {
        for (const secret of [login.accessToken, login.refreshToken, login.refreshToken.split('.')[1] ?? ''])
          assert.equal(text.includes(secret), false)
      }
      setup.ahead = 0
    })

    it('that have expired are not listed', async () => {
      const id = newId()
      await signIn(id)
      setup.ahead = REFRESH_TOKEN_SECONDS * 1000
      assert.deepEqual(await open(id), [])
      setup.ahead = 0
      assert.equal((await open(id)).length, 1)
    })

    it('can be ended one at a time, at once for all tokens of the session', async () => {
      const id = newId()
      const [kept, ended] = [await signIn(id), await signIn(id)]
      const caller = await setup.auth.callerOfToken(ended.accessToken)
      assert.ok(caller.kind === 'user')
      await setup.auth.users.endSessions(id, caller.sessionId)
      assert.equal(await alive(ended.accessToken), false)
      assert.equal(await setup.auth.stillValid(caller), false)
      await assert.rejects(setup.auth.refresh(ended.refreshToken, 'r'), refused('invalid_grant'))
      assert.ok(await alive(kept.accessToken))
      assert.equal((await open(id)).length, 1)
    })

    it('of another user are not ended', async () => {
      const [one, other] = [newId(), newId()]
      await signIn(one)
      const login = await signIn(other)
      const [session] = await open(other)
      await assert.rejects(setup.auth.users.endSessions(one, session?.id ?? ''), code('NOT_FOUND'))
      await assert.rejects(setup.auth.users.endSessions(one, 'no-such-session'), code('NOT_FOUND'))
      assert.ok(await alive(login.accessToken))
    })

    it('can all be ended, however many, and the user may log in again', async () => {
      const id = newId()
      const bystander = await signIn(`${id}0`)
      const logins = await Promise.all(Array.from({ length: MAX_LISTED + 110 }, () => signIn(id)))
      const { sessions, more } = await setup.auth.users.get(id)
      assert.equal(sessions.length, MAX_LISTED)
      assert.equal(more, true)
      await setup.auth.users.endSessions(id)
      assert.deepEqual(await open(id), [])
      for (const { accessToken } of logins) assert.equal(await alive(accessToken), false)
      assert.ok(await alive(bystander.accessToken), 'a uid that only begins alike')
      assert.ok(await alive((await signIn(id)).accessToken))
    })
  })

  describe('a block', () => {
    it('refuses every kind of login, ends all sessions, and can be undone', async () => {
      const device = 'device-of-the-blocked'
      const logins = {
        custom: () => signIn('blocked-custom'),
        wechat: async () =>
          setup.auth.signInWithProvider((await setup.auth.providerToken('wxsome', 'dev:blocked')).token),
        device: () => setup.auth.signInAnonymously(device),
      }
      for (const [kind, logIn] of Object.entries(logins)) {
        const { uid, accessToken, refreshToken } = await logIn()
        const caller = await setup.auth.callerOfToken(accessToken)
        const user = await setup.auth.users.block(uid)
        assert.equal(user.blocked?.ended, true, kind)
        await assert.rejects(logIn(), refused('user_blocked'), kind)
        await assert.rejects(setup.auth.refresh(refreshToken, 'r'), refused('invalid_grant'), kind)
        await assert.rejects(setup.auth.callerOfToken(accessToken), code('INVALID_ACCESS_TOKEN'), kind)
        assert.equal(await setup.auth.stillValid(caller), false, kind)
        const { user: seen, sessions } = await setup.auth.users.get(uid)
        assert.deepEqual([seen, sessions], [user, []])

        assert.equal((await setup.auth.users.unblock(uid)).blocked, undefined)
        assert.equal((await logIn()).uid, uid, kind)
        assert.equal(await alive(accessToken), false, 'what was ended stays ended')
      }
    })

    it('takes effect in another process at once, and after a restart', async () => {
      const id = newId()
      const { auth } = await setup.second()
      const { accessToken } = await signIn(id, auth)
      await setup.auth.users.block(id)
      await assert.rejects(signIn(id, auth), refused('user_blocked'))
      await assert.rejects(auth.callerOfToken(accessToken), code('INVALID_ACCESS_TOKEN'))
      await setup.restart()
      await assert.rejects(signIn(id), refused('user_blocked'))
    })

    it('that is repeated keeps the time of the first one', async () => {
      const id = newId()
      await signIn(id)
      const { blocked } = await setup.auth.users.block(id)
      setup.ahead = 5000
      assert.deepEqual((await setup.auth.users.block(id)).blocked, blocked)
      setup.ahead = 0
      await setup.auth.users.unblock(id)
      assert.equal((await setup.auth.users.unblock(id)).blocked, undefined)
    })

    it('of an unknown uid is NOT_FOUND', async () => {
      const { users } = setup.auth
      for (const call of [users.get, users.block, users.unblock, users.endSessions])
        await assert.rejects(call('nobody-here'), code('NOT_FOUND'))
    })

    it('takes precedence over a login that is about to be committed', async () => {
      const id = newId()
      await signIn(id)
      const slow = beforeCommit(
        (spaces) => spaces.includes('auth:sessions'),
        () => setup.auth.users.block(id),
      )
      await assert.rejects(signIn(id, slow), refused('user_blocked'))
      assert.deepEqual(await open(id), [])
    })

    it('takes precedence over a first login that is about to be committed', async () => {
      const id = newId()
      const slow = beforeCommit(
        (spaces) => spaces.includes('auth:sessions'),
        () => setup.auth.users.block(id),
      )
      await assert.rejects(signIn(id, slow), refused('user_blocked'))
      assert.deepEqual(await open(id), [])
    })

    it('ends the session of a login that was committed just before it', async () => {
      const id = newId()
      await signIn(id)
      let login: { accessToken: string } | undefined
      const slow = beforeCommit(
        (spaces) => spaces.includes('auth:users'),
        async () => {
          login = await signIn(id)
        },
      )
      await slow.users.block(id)
      assert.equal(await alive(login?.accessToken ?? ''), false)
      assert.deepEqual(await open(id), [])
    })

    it('leaves no session open when logins and refreshes run at the same time in two processes', async () => {
      const { auth: other } = await setup.second()
      for (let round = 0; round < 8; round++) {
        const id = newId()
        const first = await signIn(id)
        const results = await Promise.allSettled([
          signIn(id),
          signIn(id, other),
          setup.auth.refresh(first.refreshToken, 'r'),
          setup.auth.users.block(id),
          signIn(id, other),
          signIn(id),
        ])
        assert.equal(results[3]?.status, 'fulfilled')
        const logins = results.filter((_, n) => n !== 3) as PromiseSettledResult<{ accessToken: string }>[]
        for (const login of logins) {
          if (login.status === 'fulfilled') assert.equal(await alive(login.value.accessToken), false)
        }
        assert.deepEqual(await open(id), [])
      }
    })

    it('that a crash interrupted is completed at the next start', async () => {
      const id = newId()
      const { accessToken } = await signIn(id)
      const crashing = beforeCommit(
        (spaces) => spaces.includes('auth:sessions'),
        () => Promise.reject(new Error('the power is gone')),
      )
      await assert.rejects(crashing.users.block(id), /power/)
      await assert.rejects(signIn(id), refused('user_blocked'))
      assert.ok(await alive(accessToken), 'what the crash left behind')
      await setup.restart()
      await setup.auth.users.settle()
      assert.equal(await alive(accessToken), false)
      assert.equal((await setup.auth.users.get(id)).user.blocked?.ended, true)
    })
  })

  it('users and sessions that an older version stored without index entries are found, listed and ended', async () => {
    const old = await setUpAuth()
    try {
      const loginKey = await old.auth.keys.createLoginKey()
      const login = await old.auth.signInCustom(ticketFor('old-user', loginKey))
      const strip = async (space: string) => {
        const { records: all } = await old.records.find({ space, limit: 100 })
        await old.records.commit(all.map(({ id, value }) => putJson({ space, id }, JSON.parse(value))))
      }
      await strip('auth:users')
      await strip('auth:sessions')
      assert.deepEqual((await old.auth.users.list({ limit: 10 })).users, [])
      // A block indexes the sessions itself if the start has not done it yet.
      await old.auth.users.block('old-user')
      await assert.rejects(old.auth.callerOfToken(login.accessToken), code('INVALID_ACCESS_TOKEN'))
      await strip('auth:users')
      await old.auth.users.settle()
      assert.deepEqual(
        (await old.auth.users.list({ limit: 10 })).users.map(({ uid, blocked }) => [uid, blocked?.ended]),
        [['old-user', true]],
      )
    } finally {
      await old.dispose()
    }
  })
})
