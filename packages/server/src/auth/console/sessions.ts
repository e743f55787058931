import type { AdminCaller, Scope } from '@cloudstead/protocol'
import { encodeKey } from '../../engines/records/key-encoding.ts'
import type { RecordKey, Records, RecordWrite } from '../../engines/records/records.ts'
import { BY_EXPIRY, deleteExpired } from '../expired-records.ts'
import { putJson, readJson } from '../json-records.ts'
import type { Operator } from './operator.ts'
import { type CommitPart, openConsoleState } from './state.ts'
import { newConsoleToken, opens, parseConsoleToken } from './token.ts'

/** Lifetime without use: a working day; the next morning the operator signs in again. */
export const IDLE_MS = 12 * 3_600_000
/** Lifetime with any use: a week. */
export const LIFETIME_MS = 7 * 86_400_000
/** A use is recorded at most this often, so that most reads write nothing. */
const USE_INTERVAL_MS = 5 * 60_000

const SESSIONS = 'console:sessions'

/** The keyId of a caller with a session is this, followed by the session's id. No api key begins with it. */
export const SESSION_KEY_ID = 'console:'

interface StoredSession {
  readonly hash: string
  readonly by: Operator['by']
  /** The api key that opened it. */
  readonly keyId?: string
  readonly generation: number
  /** Milliseconds since the epoch, like all times here. */
  readonly createdAt: number
  readonly usedAt: number
  readonly expiresAt: number
}

/** How a session is opened. */
export interface SessionRequest {
  readonly by: Operator['by']
  readonly keyId?: string
  readonly generation: number
  /** A session of the same browser, which ends. */
  readonly replaces?: string | undefined
  /** Part of the same commit. The session is opened only if the expectations are met. */
  readonly alongside: CommitPart
}

/** The sessions of the Console. They are in the records, so they survive a restart of the server. */
export interface ConsoleSessions {
  /** Undefined when an expectation was not met. */
  open(request: SessionRequest): Promise<{ readonly token: string; readonly operator: Operator } | undefined>
  /** The operator who holds this token; records the use. */
  operatorOf(token: string): Promise<Operator | undefined>
  /** Whether a session is open; for permissions that were issued earlier. */
  isOpen(id: string): Promise<boolean>
  end(id: string): Promise<void>
  /** The writes that carry a session over into a new generation. */
  carryOver(id: string, generation: number): Promise<CommitPart>
  /** Deletes sessions that have expired. Returns how many. */
  sweep(): Promise<number>
}

export interface ConsoleSessionsOptions {
  readonly records: Records
  /** The administrator with an api key; undefined when it was revoked. */
  readonly keyHolder: (keyId: string) => Promise<AdminCaller | undefined>
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export function createConsoleSessions({ records, keyHolder, now }: ConsoleSessionsOptions): ConsoleSessions {
  async function open({ by, keyId, generation, replaces, alongside }: SessionRequest) {
    const { id, text, hash } = newConsoleToken()
    const at = now()
    const session: StoredSession = {
      hash,
      by,
      ...(keyId === undefined ? {} : { keyId }),
      generation,
      createdAt: at,
      usedAt: at,
      expiresAt: at + IDLE_MS,
    }
    const ended: RecordWrite[] = replaces === undefined ? [] : [{ op: 'delete', ...sessionKey(replaces) }]
    const { done } = await records.commit(
      [putSession(id, session), ...ended, ...alongside.writes],
      alongside.expectations,
    )
    if (!done) return undefined
    const scopes = keyId === undefined ? undefined : (await keyHolder(keyId))?.scopes
    return { token: text, operator: operatorFrom(id, session, scopes) }
  }

  /** A session that has not ended, its version, and the scopes of its key. */
  async function find(id: string) {
    const stored = await readJson<StoredSession>(records, sessionKey(id))
    if (stored === undefined || now() >= stored.value.expiresAt) return undefined
    const { generation, keyId } = stored.value
    if (generation !== (await openConsoleState(records)).value.generation) return undefined
    if (keyId === undefined) return { ...stored, scopes: undefined }
    const holder = await keyHolder(keyId)
    return holder && { ...stored, scopes: holder.scopes }
  }

  async function operatorOf(text: string): Promise<Operator | undefined> {
    const token = parseConsoleToken(text)
    const stored = token && (await find(token.id))
    if (token === undefined || stored === undefined || !opens(token, stored.value.hash)) return undefined
    const { value, version, scopes } = stored
    const at = now()
    if (at - value.usedAt < USE_INTERVAL_MS) return operatorFrom(token.id, value, scopes)
    const used = { ...value, usedAt: at, expiresAt: Math.min(at + IDLE_MS, value.createdAt + LIFETIME_MS) }
    // On a conflict, another request has recorded it or ended the session: the next request sees that.
    await records.commit([putSession(token.id, used)], [{ ...sessionKey(token.id), version }])
    return operatorFrom(token.id, used, scopes)
  }

  async function carryOver(id: string, generation: number): Promise<CommitPart> {
    const stored = await find(id)
    if (stored === undefined) return { writes: [], expectations: [] }
    return {
      writes: [putSession(id, { ...stored.value, generation })],
      expectations: [{ ...sessionKey(id), version: stored.version }],
    }
  }

  return {
    open,
    operatorOf,
    isOpen: async (id) => (await find(id)) !== undefined,
    end: async (id) => void (await records.commit([{ op: 'delete', ...sessionKey(id) }])),
    carryOver,
    sweep: () => deleteExpired(records, SESSIONS, now()),
  }
}

function operatorFrom(
  id: string,
  { by, keyId, createdAt, expiresAt }: StoredSession,
  scopes: readonly Scope[] | undefined,
): Operator {
  return {
    caller: { kind: 'admin', keyId: `${SESSION_KEY_ID}${id}`, ...(scopes === undefined ? {} : { scopes }) },
    by,
    name: keyId ?? 'operator',
    session: { id, since: createdAt, expiresAt },
  }
}

function putSession(id: string, session: StoredSession): RecordWrite {
  return putJson(sessionKey(id), session, [{ index: BY_EXPIRY, key: encodeKey([session.expiresAt]) }])
}

function sessionKey(id: string): RecordKey {
  return { space: SESSIONS, id }
}
