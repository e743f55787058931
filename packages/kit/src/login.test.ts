import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failed, kitError, type Result } from './errors.ts'
import { createLogin, type User } from './login.ts'
import type { SdkUser } from './sdk.ts'
import { ACCOUNT, ANONYMOUS, fakeAuth, fakeWx } from './testing/fakes.ts'

const wx = fakeWx(ACCOUNT)

/** A call that fails with LOGIN_EXPIRED the first time. */
function expiredOnce(before: Promise<void> = Promise.resolve()) {
  let calls = 0
  return async (user: User): Promise<Result<{ uid: string }>> => {
    calls += 1
    if (calls > 1) return { ok: true, uid: user.uid }
    await before
    return failed(kitError('LOGIN_EXPIRED', 'old'))
  }
}

test('an expired login that several calls notice at different times is renewed once', async () => {
  const auth = fakeAuth()
  const login = createLogin(auth, wx, ANONYMOUS)
  const late = Promise.withResolvers<void>()
  const slow = login.as(expiredOnce(late.promise))
  assert.deepEqual(await Promise.all([login.as(expiredOnce()), login.as(expiredOnce())]), [
    { ok: true, uid: 'alice' },
    { ok: true, uid: 'alice' },
  ])
  late.resolve()
  assert.deepEqual(await slow, { ok: true, uid: 'alice' })
  assert.equal(auth.logins, 2, 'the first login and one renewal')
})

test('a login that stays expired is not renewed forever', async () => {
  const auth = fakeAuth()
  const login = createLogin(auth, wx, ANONYMOUS)
  const result = await login.as(async () => failed(kitError('LOGIN_EXPIRED', 'old')))
  assert.deepEqual([result.ok, auth.logins], [false, 2])
})

test('the directory name is the openid, or else the custom id, or else the uid', async () => {
  const cases: readonly (readonly [SdkUser, object])[] = [
    [{ uid: 'u' }, { uid: 'u', id: 'u' }],
    [
      { uid: 'u', providers: [{ id: 'wx1', provider_user_id: 'o' }] },
      { uid: 'u', openid: 'o', id: 'o' },
    ],
    [
      { uid: 'u', open_id: 'o', customUserId: 'c' },
      { uid: 'u', customUserId: 'c', openid: 'o', id: 'o' },
    ],
    [
      {
        uid: 'u',
        providers: [
          { id: 'other', provider_user_id: 'x' },
          { id: 'custom', provider_user_id: 'c' },
        ],
      },
      { uid: 'u', customUserId: 'c', id: 'c' },
    ],
  ]
  for (const [user, expected] of cases) {
    const login = createLogin(fakeAuth({ getLoginState: async () => ({ user }) }), wx, 'openid')
    assert.deepEqual(await login.ensure(), { ok: true, ...expected })
  }
})

test('the result is an error if the SDK throws or has no user after a login', async () => {
  const throwing = createLogin(fakeAuth({ getLoginState: () => Promise.reject(new Error('boom')) }), wx, ANONYMOUS)
  const first = await throwing.ensure()
  assert.equal(!first.ok && first.error.message, 'boom')
  const lost = createLogin(fakeAuth({ hasLoginState: () => ({}), getLoginState: async () => null }), wx, undefined)
  const second = await lost.ensure()
  assert.equal(!second.ok && second.error.code, 'NETWORK_ERROR', 'the SDK has a login that it could not refresh')
})
