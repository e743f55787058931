import { type Caller, CloudsteadError } from '@cloudstead/protocol'
import type { Records } from '../../engines/records/records.ts'
import type { Mode } from '../../settings.ts'
import type { AuthLog } from '../auth-log.ts'
import { type Keys, looksLikeApiKey } from '../keys.ts'
import { isLoopback } from '../loopback.ts'
import { createAttempts } from './attempts.ts'
import type { Operator } from './operator.ts'
import { createPasswords, type Passwords } from './password.ts'
import { createConsoleSessions, type Opening, SESSION_KEY_ID } from './sessions.ts'
import { beginGeneration, noteAddress, openConsoleState, STATE_KEY } from './state.ts'
import { newConsoleToken, opens, parseConsoleToken } from './token.ts'

/** A link that was asked for is used at once; the one of the first start may wait for the next morning. */
const LINK_MS = 30 * 60_000
const FIRST_LINK_MS = 24 * 3_600_000

/** What somebody signs in with. */
export type Credential = { readonly link: string } | { readonly secret: string }

/** Who may work with the Console: by a link of the terminal, by password, or by api key. */
export interface ConsoleAccess {
  /** Makes the name of the session cookie this server's own. */
  readonly cookieId: string
  passwordSet(): Promise<boolean>
  /**
   * Whoever holds this api key.
   *
   * @throws CloudsteadError `INVALID_CREDENTIALS`
   */
  operatorOfApiKey(apiKey: string): Promise<Operator>
  /** Whoever holds this session; undefined when it has ended. */
  operatorOfSession(token: string): Promise<Operator | undefined>
  /**
   * @param peer address of the other end of the connection
   * @param former whoever is signed in with the same browser; that session ends
   * @throws CloudsteadError `CONSOLE_SIGN_IN_FAILED`, the same for whatever is wrong; TooManyAttempts
   */
  signIn(
    credential: Credential,
    peer: string,
    former: Operator | undefined,
  ): Promise<{ readonly token: string; readonly operator: Operator }>
  signOut(operator: Operator): Promise<void>
  /** Ends every session and link of everybody. */
  signOutEverybody(): Promise<void>
  /**
   * Sets the password; every session but that of this operator ends, and so does every link. Who signed in by password
   * has to know the current one.
   *
   * @throws CloudsteadError `CONSOLE_SIGN_IN_FAILED`; TooManyAttempts
   */
  setPassword(operator: Operator, current: string | undefined, password: string, peer: string): Promise<void>
  /** Whether the session behind a caller still holds; undefined for callers that have nothing to do with the Console. */
  stillValid(caller: Caller): Promise<boolean> | undefined
  /**
   * The link to print when the server starts, undefined when there is another way in. In `dev` it is good,
   * for this machine only, as long as the process runs; else once.
   *
   * @param address where browsers reach the server, without a trailing slash
   */
  linkAtStart(address: string): Promise<string | undefined>
  /** Removes what has expired; worth doing hourly. Returns how much. */
  sweep(): Promise<number>
}

export interface ConsoleAccessOptions {
  readonly records: Records
  readonly keys: Keys
  readonly mode: Mode
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly log: AuthLog
  /** Without it those of the right cost. */
  readonly passwords?: Passwords
}

export async function openConsoleAccess(options: ConsoleAccessOptions): Promise<ConsoleAccess> {
  const { records, keys, mode, now, log, passwords = createPasswords() } = options
  const { value: opened, created } = await openConsoleState(records)
  const keyHolds = async (keyId: string) => (await keys.secretKeyOf(keyId)) !== undefined
  const sessions = createConsoleSessions({ records, keyHolds, now })
  const attempts = createAttempts(now)
  const devLink = mode === 'dev' ? newConsoleToken() : undefined

  const isDevLink = (text: string, peer: string): boolean => {
    const token = parseConsoleToken(text)
    return devLink !== undefined && token !== undefined && opens(token, devLink.hash) && isLoopback(peer)
  }

  /** What a credential opens; undefined when it is wrong. */
  async function judge(credential: Credential, peer: string): Promise<Omit<Opening, 'instead'> | undefined> {
    const { value: state, version } = await openConsoleState(records)
    const opening = { generation: state.generation, expected: { ...STATE_KEY, version } }
    if ('link' in credential) {
      if (isDevLink(credential.link, peer)) return { ...opening, by: 'link' }
      const link = await sessions.findLink(credential.link)
      return link && { ...opening, by: 'link', link }
    }
    const { secret } = credential
    if (looksLikeApiKey(secret)) {
      const caller = await keys.callerOfApiKey(secret).catch(refusedKey)
      return caller && { ...opening, by: 'key', keyId: caller.keyId }
    }
    if (state.password === undefined) return undefined
    return (await passwords.matches(secret, state.password)) ? { ...opening, by: 'password' } : undefined
  }

  async function signIn(credential: Credential, peer: string, former: Operator | undefined) {
    const guessable = 'secret' in credential && !looksLikeApiKey(credential.secret)
    const right = guessable ? attempts.begin(peer) : undefined
    const opening = await judge(credential, peer)
    const instead = former?.session?.id
    const session = opening && (await sessions.open({ ...opening, ...(instead === undefined ? {} : { instead }) }))
    if (session === undefined) {
      if (!guessable) attempts.wrong(peer)
      throw new CloudsteadError('CONSOLE_SIGN_IN_FAILED', undefined, { internal: `a wrong credential from ${peer}` })
    }
    right?.()
    const { by, name } = session.operator
    log.info({ by, name, peer }, 'signed in to the Console')
    return session
  }

  async function checkCurrent(current: string | undefined, peer: string): Promise<void> {
    const { password } = (await openConsoleState(records)).value
    if (password === undefined) return
    const right = attempts.begin(peer)
    if (current === undefined || !(await passwords.matches(current, password))) {
      throw new CloudsteadError('CONSOLE_SIGN_IN_FAILED', 'The current password is not right.')
    }
    right()
  }

  async function setPassword(operator: Operator, current: string | undefined, password: string, peer: string) {
    if (operator.by === 'password') await checkCurrent(current, peer)
    const own = operator.session?.id
    await beginGeneration(
      records,
      await passwords.hash(password),
      own === undefined ? undefined : (generation) => sessions.carryOver(own, generation),
    )
    log.info({ name: operator.name, peer }, 'the password of the Console was set')
  }

  async function linkAtStart(address: string): Promise<string | undefined> {
    await noteAddress(records, address)
    if (devLink !== undefined) return linkTo(address, devLink.text)
    if ((await openConsoleState(records)).value.password !== undefined) return undefined
    const token = await sessions.createLink(created ? FIRST_LINK_MS : LINK_MS)
    return linkTo(address, token)
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
    signOutEverybody: () => beginGeneration(records, undefined),
    setPassword,
    stillValid(caller) {
      if (caller.kind !== 'admin' || !caller.keyId.startsWith(SESSION_KEY_ID)) return undefined
      return sessions.isOpen(caller.keyId.slice(SESSION_KEY_ID.length))
    },
    linkAtStart,
    sweep: sessions.sweep,
  }
}

/**
 * For the command line: a link that is good once, for half an hour, beside a running server.
 *
 * @param address where browsers reach the server; without it where the last one that was started was reached
 * @returns undefined when no address is known
 */
export async function createConsoleLink(
  records: Records,
  now: () => number,
  address: string | undefined,
): Promise<string | undefined> {
  const known = address ?? (await openConsoleState(records)).value.address
  if (known === undefined) return undefined
  const sessions = createConsoleSessions({ records, keyHolds: async () => false, now })
  return linkTo(known, await sessions.createLink(LINK_MS))
}

/** For the command line: sets the password and ends every session and link. */
export async function setConsolePassword(
  records: Records,
  password: string,
  passwords: Passwords = createPasswords(),
): Promise<void> {
  await beginGeneration(records, await passwords.hash(password))
}

function refusedKey(thrown: unknown): undefined {
  if (thrown instanceof CloudsteadError && thrown.code === 'INVALID_CREDENTIALS') return undefined
  throw thrown
}

/** The token is in the fragment, so that it gets into no log of a proxy or a server. */
function linkTo(address: string, token: string): string {
  return `${address}/console/#link=${token}`
}
