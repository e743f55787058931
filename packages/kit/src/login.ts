import { type Failed, failed, type KitError, kitError, type Result } from './errors.ts'
import { toKitError } from './failures.ts'
import { persist } from './retry.ts'
import type { InnerAuth, SdkUser, SignInAnswer } from './sdk.ts'
import type { Wechat } from './wechat.ts'

/** How the program logs in: with a ticket from your own server, with the user's WeChat, or anonymously. */
export type LoginMethod = { readonly ticket: () => Promise<string> } | 'openid' | 'anonymous'

/** The user that is logged in. */
export interface User {
  readonly uid: string
  /** For a login by ticket: the id in the ticket. */
  readonly customUserId?: string
  /** For a WeChat login. */
  readonly openid?: string
  /** The name of this user in a path, `users/{id}/`: the openid, or else the customUserId, or else the uid. */
  readonly id: string
}

export type LoginResult = ({ readonly ok: true } & User) | Failed

export interface Login {
  /** The user of the login that the SDK has stored, or else of a new one. Concurrent calls share one login. */
  ensure(): Promise<LoginResult>
  /** Runs `work` as the user; if the login has expired, logs in again and runs it once more. */
  as<Value extends object>(work: (user: User) => Promise<Result<Value>>): Promise<Result<Value>>
}

export function createLogin(auth: InnerAuth, wx: Wechat, method: LoginMethod | undefined): Login {
  let asking: Promise<LoginResult> | undefined
  let renewals = 0
  let renewing: Promise<LoginResult> | undefined

  const stored = async (): Promise<User | undefined> => {
    const state = await auth.getLoginState()
    const user = state?.user && toUser(state.user, wx, method)
    // An anonymous login of an earlier version of the program does not replace a real one.
    return state?.user?.name === 'anonymous' && method !== undefined && method !== 'anonymous' ? undefined : user
  }

  const logIn = async (): Promise<LoginResult> => {
    if (method === undefined) return failed(lostLogin(auth))
    const error = await signIn(auth, method)
    if (error !== undefined) return failed(error)
    const user = await stored()
    if (user !== undefined) return { ok: true, ...user }
    return failed(kitError('SERVER_ERROR', 'the SDK has no user after the login'))
  }

  const ensure = async (): Promise<LoginResult> => {
    try {
      const user = await stored()
      return user === undefined ? await persist(logIn) : { ok: true, ...user }
    } catch (error) {
      return failed(toKitError(error))
    }
  }

  const shared = (): Promise<LoginResult> => {
    if (renewing !== undefined) return renewing
    asking ??= ensure().finally(() => {
      asking = undefined
    })
    return asking
  }

  const renew = (): Promise<LoginResult> => {
    renewing ??= persist(logIn)
      .catch((error: unknown) => failed(toKitError(error)))
      .finally(() => {
        renewals += 1
        renewing = undefined
      })
    return renewing
  }

  return {
    ensure: shared,
    async as(work) {
      const user = await shared()
      if (!user.ok) return user
      const before = renewals
      const result = await work(user)
      if (result.ok || result.error.code !== 'LOGIN_EXPIRED' || method === undefined) return result
      // If another call has logged in again in the meantime, its login is used.
      const again = await (renewals === before ? renew() : shared())
      return again.ok ? work(again) : again
    },
  }
}

/** The error if the kit has no login method and the app is not logged in. */
function lostLogin(auth: InnerAuth): KitError {
  // If the SDK still has a login, the refresh of its token failed.
  return kitError(auth.hasLoginState() ? 'NETWORK_ERROR' : 'NOT_LOGGED_IN', 'no login')
}

async function signIn(auth: InnerAuth, method: LoginMethod): Promise<KitError | undefined> {
  try {
    if (method === 'anonymous') return loginError(await auth.signInAnonymously({}))
    // Without this option the SDK uses wx.cloud, which reaches only CloudBase.
    if (method === 'openid') return loginError(await auth.signInWithOpenId({ useWxCloud: false }))
    let ticket: string
    try {
      ticket = await method.ticket()
    } catch (error) {
      return kitError('TICKET_FAILED', error instanceof Error ? error.message : String(error), error)
    }
    return loginError(await auth.signInWithCustomTicket(async () => ticket))
  } catch (error) {
    return refusal(toKitError(error))
  }
}

/** The SDK returns login errors instead of throwing them; after a network failure the error is empty. */
function loginError(answer: SignInAnswer | undefined): KitError | undefined {
  const error = answer?.error
  if (error === undefined || error === null) return undefined
  const { message, status, code } = error as { message?: unknown; status?: unknown; code?: unknown }
  const text = String(message ?? '')
  const name = [status, code].find((value) => typeof value === 'string' && value !== 'unknown')
  if (text === '' && name === undefined) return kitError('NETWORK_ERROR', 'the login was not answered', error)
  const byText = toKitError(error)
  if (byText.code !== 'UNKNOWN' || name === undefined) return refusal(byText)
  return refusal(toKitError({ error: name, error_description: text }))
}

/** In answer to a login, "not logged in" and "not allowed" mean that the login was refused or is disabled. */
function refusal(error: KitError): KitError {
  const { code, message, cause } = error
  if (code === 'LOGIN_EXPIRED') return kitError('LOGIN_REFUSED', message, cause)
  return code === 'STORAGE_EXCEED_AUTHORITY' ? kitError('LOGIN_DISABLED', message, cause) : error
}

function toUser(user: SdkUser, wx: Wechat, method: LoginMethod | undefined): User | undefined {
  const { uid, providers = [] } = user
  if (uid === undefined || uid === '') return undefined
  const idAt = (name: string) => providers.find((provider) => provider.id === name)?.provider_user_id
  const openid = user.open_id ?? idAt(wx.getAccountInfoSync().miniProgram.appId)
  // In CloudBase the uid of a custom login is the id in the ticket.
  const customUserId = user.customUserId ?? idAt('custom') ?? (typeof method === 'object' ? uid : undefined)
  return {
    uid,
    ...(customUserId === undefined ? {} : { customUserId }),
    ...(openid === undefined ? {} : { openid }),
    id: openid ?? customUserId ?? uid,
  }
}
