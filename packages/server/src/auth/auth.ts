import {
  type AdminCaller,
  type Caller,
  CloudsteadError,
  parseLoginTicket,
  type UserCaller,
  verifyLoginTicket,
} from '@cloudstead/protocol'
import type { Records } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import type { Secrets } from '../secrets.ts'
import type { CurrentSettings } from '../settings.ts'
import { type AdminRequest, administratorOf, admitAdministrator } from './admin-credentials.ts'
import type { AuthLog } from './auth-log.ts'
import { createFunctionKeys, type FunctionKeys } from './function-keys.ts'
import { createKeys, type Keys, looksLikeApiKey } from './keys.ts'
import { LoginError } from './login-error.ts'
import type { Sender } from './loopback.ts'
import { createSecurityLog, type SecurityLog } from './security-log.ts'
import { createSessions, type Login } from './sessions.ts'
import { createSignedTokens } from './signed-token.ts'
import { createUserAdmin, type UserAdmin } from './user-admin.ts'
import type { User } from './user-record.ts'
import { createUsers, type Identity } from './users.ts'
import { createWechat } from './wechat.ts'

/** Authentication in one environment: logins, sessions, users and keys. */
export interface Auth {
  readonly env: string
  /**
   * Like every login, it is refused for a blocked user.
   *
   * @param deviceId the secret id that the client generated for its device; without one, each login is a new user
   * @throws LoginError `login_method_disabled`, `user_blocked`
   */
  signInAnonymously(deviceId: string | undefined): Promise<Login>
  /**
   * @param ticket created by the developer's own server with a login key
   * @throws CloudsteadError `AUTH_INVALID_CUSTOM_LOGIN_TICKET`; LoginError `user_blocked`
   */
  signInCustom(ticket: string): Promise<Login>
  /**
   * First half of the WeChat login: exchanges the code of `wx.login` for a token that identifies the user.
   *
   * @throws CloudsteadError `AUTH_WX_OAUTH_FAILED`, `INVALID_PARAM`; LoginError
   */
  providerToken(providerId: string, code: string): Promise<ProviderToken>
  /**
   * Second half of the WeChat login.
   *
   * @throws CloudsteadError `AUTH_WX_OAUTH_FAILED`; LoginError `user_blocked`
   */
  signInWithProvider(providerToken: string): Promise<Login>
  /**
   * @param requestId the client's id of this call; a repeated call has the same id
   * @throws LoginError `invalid_grant`
   */
  refresh(refreshToken: string, requestId: string | undefined): Promise<Login>
  /** Ends the session of an access token or refresh token. A token without a session is ignored. */
  revoke(token: string): Promise<void>
  /**
   * The holder of a token: an access token, or an apiKey, which SDKs send in the same place.
   *
   * @throws CloudsteadError `INVALID_ACCESS_TOKEN`, `ACCESS_TOKEN_EXPIRED`, `INVALID_CREDENTIALS`
   */
  callerOfToken(token: string): Promise<UserCaller | AdminCaller>
  /**
   * Checks the Authorization header of a request before its body is read.
   *
   * @throws CloudsteadError `INVALID_CREDENTIALS`
   */
  admitAdministrator(sender: Sender): Promise<void>
  /** @throws CloudsteadError `INVALID_CREDENTIALS` or `SIGN_EXPIRED` */
  administratorOf(request: AdminRequest): Promise<AdminCaller>
  /** Whether the session or the key of a caller is still valid; for permissions that were issued earlier. */
  stillValid(caller: Caller): Promise<boolean>
  user(uid: string): Promise<User | undefined>
  /** Sets the name of a user, as the app shows it. */
  setNickname(uid: string, nickname: string): Promise<void>
  /** Deletes expired sessions; to be called about hourly. Returns how many. */
  sweep(): Promise<number>
  readonly keys: Keys
  /** For the functions of this process. */
  readonly functionKeys: FunctionKeys
  readonly users: UserAdmin
  readonly securityLog: SecurityLog
}

interface ProviderToken {
  readonly token: string
  /** Seconds. */
  readonly expiresIn: number
}

/** A client uses it at once; ten minutes allow for a question to the user in between. */
const PROVIDER_TOKEN_SECONDS = 600

export interface AuthOptions {
  readonly env: string
  readonly records: Records
  readonly secrets: Secrets
  readonly settings: CurrentSettings
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: AuthLog
}

/** @example const auth = createAuth({ env: 'demo-1abcde', records, secrets, settings, now: Date.now, log }) */
export function createAuth({ env, records, secrets, settings, now, log }: AuthOptions): Auth {
  const users = createUsers({ records, now })
  const sessions = createSessions({ env, records, ring: secrets.accessToken, now, log })
  const providerTokens = createSignedTokens({ ring: secrets.providerToken, now })
  const wechat = createWechat({ settings: () => settings().auth.wechat, log })
  const keys = createKeys({ env, records, ring: secrets.apiSecret, now })
  const functionKeys = createFunctionKeys()

  async function logIn(identity: Identity): Promise<Login> {
    const attempt = async () => {
      const user = await users.ofIdentity(identity)
      if (user.value.blocked !== undefined) throw new LoginError('user_blocked')
      return (await sessions.open(user)) ?? CONFLICT
    }
    return retryOnConflict<Login>(attempt, { exhausted: () => new CloudsteadError('SERVER_BUSY') })
  }

  async function signInAnonymously(deviceId: string | undefined): Promise<Login> {
    if (!settings().auth.anonymous) {
      throw new LoginError(
        'login_method_disabled',
        'Anonymous login is off in this environment: auth.anonymous is false.',
      )
    }
    return logIn({ kind: 'device', deviceId })
  }

  async function signInCustom(text: string): Promise<Login> {
    const ticket = parseLoginTicket(text)
    const publicKey = await keys.publicLoginKey(ticket.keyId)
    if (publicKey === undefined) {
      throw new CloudsteadError(
        'AUTH_INVALID_CUSTOM_LOGIN_TICKET',
        `The login key ${ticket.keyId} is unknown or was revoked; create one with \`cloudstead keys login\`.`,
      )
    }
    const customUserId = verifyLoginTicket(ticket, publicKey, { env, now: now() })
    return logIn({ kind: 'custom', customUserId })
  }

  async function providerToken(providerId: string, code: string): Promise<ProviderToken> {
    const identity = await wechat.exchange(providerId, code)
    return {
      token: providerTokens.sign({ env, ...identity }, PROVIDER_TOKEN_SECONDS),
      expiresIn: PROVIDER_TOKEN_SECONDS,
    }
  }

  async function signInWithProvider(token: string): Promise<Login> {
    const opened = providerTokens.open(token)
    const { env: tokenEnv, appid, openid, name } = opened?.claims ?? {}
    if (opened === undefined || tokenEnv !== env || typeof appid !== 'string' || typeof openid !== 'string') {
      throw new CloudsteadError('AUTH_WX_OAUTH_FAILED', 'The provider_token is not from this environment.')
    }
    if (opened.expired) throw new CloudsteadError('AUTH_WX_OAUTH_FAILED', 'The provider_token has expired.')
    return logIn({ kind: 'wechat', appid, openid, ...(typeof name === 'string' ? { name } : {}) })
  }

  async function callerOfToken(token: string): Promise<UserCaller | AdminCaller> {
    return looksLikeApiKey(token) ? keys.callerOfApiKey(token) : sessions.callerOf(token)
  }

  async function stillValid(caller: Caller): Promise<boolean> {
    switch (caller.kind) {
      case 'user':
        return sessions.isOpen(caller.sessionId)
      case 'admin':
        return functionKeys.isHolder(caller) || (await keys.secretKeyOf(caller.keyId)) !== undefined
      case 'nobody':
        return true
    }
  }

  return {
    env,
    signInAnonymously,
    signInCustom,
    providerToken,
    signInWithProvider,
    refresh: sessions.refresh,
    revoke: sessions.revoke,
    callerOfToken,
    admitAdministrator: (sender) => admitAdministrator({ keys, functionKeys }, sender),
    administratorOf: (request) => administratorOf({ keys, functionKeys, now }, request),
    stillValid,
    user: async (uid) => (await users.get(uid))?.value,
    setNickname: users.setNickname,
    sweep: sessions.sweep,
    keys,
    functionKeys,
    users: createUserAdmin({ records, users, now }),
    securityLog: createSecurityLog({ records, now, log }),
  }
}
