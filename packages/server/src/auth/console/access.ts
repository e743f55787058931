import { type Caller, CloudsteadError, requireScope } from '@cloudstead/protocol'
import type { Records } from '../../engines/records/records.ts'
import type { Mode } from '../../settings.ts'
import type { AuthLog } from '../auth-log.ts'
import { type Keys, looksLikeApiKey } from '../keys.ts'
import { isLoopback } from '../loopback.ts'
import type { SecurityLog } from '../security-log.ts'
import { createConsoleLinks, FIRST_LINK_MS, LINK_MS, linkUrl } from './links.ts'
import type { Operator } from './operator.ts'
import { createPasswords, type Passwords } from './password.ts'
import { createConsoleSessions, SESSION_KEY_ID, type SessionRequest } from './sessions.ts'
import { WrongCredentialError } from './sign-in-error.ts'
import { createSignInThrottle, sweepAttempts } from './sign-in-throttle.ts'
import { beginGeneration, openConsoleState, STATE_KEY, saveAddress } from './state.ts'
import { newConsoleToken, opens, parseConsoleToken } from './token.ts'

/** What an operator signs in with. */
export type Credential = { readonly link: string } | { readonly secret: string }

/** Access to the Console: by a link from the terminal, by password, or by api key. */
export interface ConsoleAccess {
  /** Makes the name of the session cookie unique to this server. */
  readonly cookieId: string
  passwordSet(): Promise<boolean>
  /**
   * The operator who holds this api key.
   *
   * @throws CloudsteadError `INVALID_CREDENTIALS`
   */
  operatorOfApiKey(apiKey: string): Promise<Operator>
  /** The operator who holds this session token; undefined when the session has ended. */
  operatorOfSession(token: string): Promise<Operator | undefined>
  /**
   * @param peer address of the other end of the connection
   * @param former the operator who is signed in with the same browser; that session ends
   * @throws WrongCredentialError, the same whatever is wrong; TooManyAttemptsError
   */
  signIn(
    credential: Credential,
    peer: string,
    former: Operator | undefined,
  ): Promise<{ readonly token: string; readonly operator: Operator }>
  signOut(operator: Operator): Promise<void>
  /** Ends every session and link. @throws CloudsteadError `ACTION_FORBIDDEN` for an api key without `settings:write` */
  signOutEverybody(operator: Operator, peer: string): Promise<void>
  /**
   * Sets the password and ends every link and every session except that of this operator. If there is a password, the
   * current one is needed.
   *
   * @throws WrongCredentialError; TooManyAttemptsError; CloudsteadError `ACTION_FORBIDDEN` for an api key
   */
  setPassword(operator: Operator, current: string | undefined, password: string, peer: string): Promise<void>
  /** Whether the session of a caller is still open; undefined for callers without a session of the Console. */
  stillValid(caller: Caller): Promise<boolean> | undefined
  /**
   * The link to print when the server starts; undefined when a password is set. In `dev` it works any number of times
   * from this machine while the process runs, otherwise once.
   *
   * @param address where browsers reach the server, without a trailing slash
   */
  linkAtStart(address: string): Promise<string | undefined>
  /** Deletes expired sessions, links and attempts; to be called about hourly. Returns how many. */
  sweep(): Promise<number>
}

export interface ConsoleAccessOptions {
  readonly records: Records
  readonly keys: Keys
  readonly securityLog: Pick<SecurityLog, 'record'>
  readonly mode: Mode
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: AuthLog
  /** For tests, which need cheaper hashes. */
  readonly passwords?: Passwords
}

export async function openConsoleAccess(options: ConsoleAccessOptions): Promise<ConsoleAccess> {
  const { records, keys, securityLog, mode, now, log, passwords = createPasswords() } = options
  const { value: opened, created } = await openConsoleState(records)
  const sessions = createConsoleSessions({ records, keyHolder: keys.holderOf, now })
  const links = createConsoleLinks({ records, now })
  // Counted apart, so that wrong links do not keep out whoever has the password.
  const passwordThrottle = createSignInThrottle({ records, kind: 'password', now })
  const tokenThrottle = createSignInThrottle({ records, kind: 'token', now })
  const devLink = mode === 'dev' ? newConsoleToken() : undefined

  const isDevLink = (text: string, peer: string): boolean => {
    const token = parseConsoleToken(text)
    return devLink !== undefined && token !== undefined && opens(token, devLink.hash) && isLoopback(peer)
  }

  /** The session that a credential may open; undefined when it is wrong. */
  async function judge(credential: Credential, peer: string): Promise<SessionRequest | undefined> {
    const { value: state, version } = await openConsoleState(records)
    const { generation } = state
    // The credential is judged by this state, so the session is opened only while it is unchanged.
    const unchanged = { ...STATE_KEY, version }
    const alongside = { writes: [], expectations: [unchanged] }
    if ('link' in credential) {
      if (isDevLink(credential.link, peer)) return { by: 'link', generation, alongside }
      const used = await links.use(credential.link)
      return used && { by: 'link', generation, alongside: { ...used, expectations: [unchanged, ...used.expectations] } }
    }
    const { secret } = credential
    if (looksLikeApiKey(secret)) {
      const caller = await keys.callerOfApiKey(secret).catch(refusedKey)
      return caller && { by: 'key', keyId: caller.keyId, generation, alongside }
    }
    if (state.password === undefined) return undefined
    return (await passwords.matches(secret, state.password)) ? { by: 'password', generation, alongside } : undefined
  }

  async function signIn(credential: Credential, peer: string, former: Operator | undefined) {
    const guessable = 'secret' in credential && !looksLikeApiKey(credential.secret)
    const right = guessable ? await passwordThrottle.admit(peer) : undefined
    const request = await judge(credential, peer)
    const session = request && (await sessions.open({ ...request, replaces: former?.session?.id }))
    if (session === undefined) {
      const about = 'link' in credential ? 'link' : guessable ? 'password' : 'key'
      await securityLog.record({ kind: 'sign-in-refused', about, address: peer })
      if (!guessable) await tokenThrottle.failed(peer)
      throw new WrongCredentialError(`a wrong credential from ${peer}`)
    }
    await right?.()
    const { by, name } = session.operator
    await securityLog.record({ kind: 'signed-in', by: name, about: by, address: peer })
    log.info({ by, name, peer }, 'signed in to the Console')
    return session
  }

  async function checkCurrent(current: string | undefined, peer: string): Promise<void> {
    const { password } = (await openConsoleState(records)).value
    if (password === undefined) return
    const right = await passwordThrottle.admit(peer)
    if (current === undefined || !(await passwords.matches(current, password))) {
      await securityLog.record({ kind: 'sign-in-refused', about: 'current password', address: peer })
      throw new WrongCredentialError(`a wrong current password from ${peer}`)
    }
    await right()
  }

  async function setPassword(operator: Operator, current: string | undefined, password: string, peer: string) {
    if (operator.by === 'key') {
      throw new CloudsteadError('ACTION_FORBIDDEN', {
        en: 'An API key may not set the password. Sign in with a link or the password.',
        zh: 'API 密钥不能设置密码，请用链接或密码登录。',
      })
    }
    await checkCurrent(current, peer)
    const own = operator.session?.id
    await beginGeneration(
      records,
      await passwords.hash(password),
      own === undefined ? undefined : (generation) => sessions.carryOver(own, generation),
    )
    await securityLog.record({ kind: 'password-set', by: operator.name, address: peer })
    log.info({ name: operator.name, peer }, 'the password of the Console was set')
  }

  async function linkAtStart(address: string): Promise<string | undefined> {
    await saveAddress(records, address)
    if (devLink !== undefined) return linkUrl(address, devLink.text)
    if ((await openConsoleState(records)).value.password !== undefined) return undefined
    return linkUrl(address, await links.create(created ? FIRST_LINK_MS : LINK_MS))
  }

  return {
    cookieId: opened.cookieId,
    passwordSet: async () => (await openConsoleState(records)).value.password !== undefined,
    async operatorOfApiKey(apiKey) {
      const caller = await keys.callerOfApiKey(apiKey)
      return { caller, by: 'key', name: caller.keyId }
    },
    operatorOfSession: sessions.operatorOf,
    signIn,
    signOut: async ({ session }) => session && (await sessions.end(session.id)),
    async signOutEverybody({ caller, name }, peer) {
      requireScope(caller, 'settings:write')
      await beginGeneration(records, undefined)
      await securityLog.record({ kind: 'signed-out-everywhere', by: name, address: peer })
    },
    setPassword,
    stillValid(caller) {
      if (caller.kind !== 'admin' || !caller.keyId.startsWith(SESSION_KEY_ID)) return undefined
      return sessions.isOpen(caller.keyId.slice(SESSION_KEY_ID.length))
    },
    linkAtStart,
    sweep: async () => (await sessions.sweep()) + (await links.sweep()) + (await sweepAttempts(records, now())),
  }
}

function refusedKey(thrown: unknown): undefined {
  if (thrown instanceof CloudsteadError && thrown.code === 'INVALID_CREDENTIALS') return undefined
  throw thrown
}
