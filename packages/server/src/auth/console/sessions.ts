import { encodeKey } from '../../engines/records/key-encoding.ts'
import type { Expectation, RecordKey, Records, RecordWrite } from '../../engines/records/records.ts'
import { putJson, readJson } from '../json-records.ts'
import type { Operator } from './operator.ts'
import { type Beside, openConsoleState } from './state.ts'
import { newConsoleToken, opens, parseConsoleToken } from './token.ts'

/** A working day with its breaks; after a night somebody signs in again. */
export const IDLE_MS = 12 * 3_600_000
/** However busy: a week. */
export const LIFETIME_MS = 7 * 86_400_000
/** That a session was used is noted so often at most: a read stays a read. */
const NOTED_EVERY_MS = 5 * 60_000
/** One batch of the sweep: small enough not to hold up the writers. */
const SWEEP_BATCH = 200

const SESSIONS = 'console:sessions'
const LINKS = 'console:links'
const BY_EXPIRY = 'expiresAt'

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

interface StoredLink {
  readonly hash: string
  readonly generation: number
  readonly expiresAt: number
}

/** What a session is opened with. */
export interface Opening {
  readonly by: Operator['by']
  readonly keyId?: string
  /** A session of the same browser, which ends. */
  readonly instead?: string
  /** The link that is used up by it. */
  readonly link?: { readonly id: string; readonly version: number }
  /** What the credential was judged by: the session is opened only while that still holds. */
  readonly expected: Expectation
  readonly generation: number
}

/** The sessions and one-time links of the Console. All of it is in the records: they outlive a restart of the server. */
export interface ConsoleSessions {
  /** Undefined when somebody else was faster: the link is used, or everything has ended meanwhile. */
  open(opening: Opening): Promise<{ readonly token: string; readonly operator: Operator } | undefined>
  /** Whoever holds this token; notes that it is used. */
  operatorOf(token: string): Promise<Operator | undefined>
  /** Whether a session has not ended, for a permission that it was given earlier. */
  isOpen(id: string): Promise<boolean>
  end(id: string): Promise<void>
  /** What takes a session over into a generation that begins. */
  carryOver(id: string, generation: number): Promise<Beside>
  /** @param lifetime milliseconds */
  createLink(lifetime: number): Promise<string>
  /** A link that was not used yet. */
  findLink(token: string): Promise<{ readonly id: string; readonly version: number } | undefined>
  /** Removes what has expired; worth doing hourly. Returns how much. */
  sweep(): Promise<number>
}

/**
 * @param deps.keyHolds whether an api key was not revoked
 * @param deps.now milliseconds since the epoch
 */
export function createConsoleSessions(deps: {
  readonly records: Records
  readonly keyHolds: (keyId: string) => Promise<boolean>
  readonly now: () => number
}): ConsoleSessions {
  const { records, keyHolds, now } = deps

  async function open(opening: Opening) {
    const { by, keyId, instead, link, expected, generation } = opening
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
    const ended = [
      ...(instead === undefined ? [] : [sessionKey(instead)]),
      ...(link === undefined ? [] : [linkKey(link.id)]),
    ]
    const writes: RecordWrite[] = [putSession(id, session), ...ended.map((key) => ({ op: 'delete', ...key }) as const)]
    const expectations = [expected, ...(link === undefined ? [] : [{ ...linkKey(link.id), version: link.version }])]
    const { done } = await records.commit(writes, expectations)
    return done ? { token: text, operator: operatorFrom(id, session) } : undefined
  }

  /** A session that has not ended, and its version. */
  async function find(id: string) {
    const stored = await readJson<StoredSession>(records, sessionKey(id))
    if (stored === undefined || now() >= stored.value.expiresAt) return undefined
    const { generation, keyId } = stored.value
    if (generation !== (await openConsoleState(records)).value.generation) return undefined
    return keyId === undefined || (await keyHolds(keyId)) ? stored : undefined
  }

  async function operatorOf(text: string): Promise<Operator | undefined> {
    const token = parseConsoleToken(text)
    const stored = token && (await find(token.id))
    if (token === undefined || stored === undefined || !opens(token, stored.value.hash)) return undefined
    const { value, version } = stored
    const at = now()
    if (at - value.usedAt < NOTED_EVERY_MS) return operatorFrom(token.id, value)
    const used = { ...value, usedAt: at, expiresAt: Math.min(at + IDLE_MS, value.createdAt + LIFETIME_MS) }
    // Another request may have noted it already, or ended the session: the next one sees that.
    await records.commit([putSession(token.id, used)], [{ ...sessionKey(token.id), version }])
    return operatorFrom(token.id, used)
  }

  async function carryOver(id: string, generation: number): Promise<Beside> {
    const stored = await find(id)
    if (stored === undefined) return { writes: [], expectations: [] }
    return {
      writes: [putSession(id, { ...stored.value, generation })],
      expectations: [{ ...sessionKey(id), version: stored.version }],
    }
  }

  async function createLink(lifetime: number): Promise<string> {
    const { id, text, hash } = newConsoleToken()
    const { generation } = (await openConsoleState(records)).value
    const link: StoredLink = { hash, generation, expiresAt: now() + lifetime }
    await records.commit([putJson(linkKey(id), link, [{ index: BY_EXPIRY, key: encodeKey([link.expiresAt]) }])])
    return text
  }

  async function findLink(text: string) {
    const token = parseConsoleToken(text)
    const stored = token && (await readJson<StoredLink>(records, linkKey(token.id)))
    if (token === undefined || stored === undefined || !opens(token, stored.value.hash)) return undefined
    const { generation } = (await openConsoleState(records)).value
    if (now() >= stored.value.expiresAt || stored.value.generation !== generation) return undefined
    return { id: token.id, version: stored.version }
  }

  async function sweepSpace(space: string): Promise<number> {
    let removed = 0
    for (;;) {
      const ranges = [{ to: { key: encodeKey([now()]), inclusive: true } }]
      const { records: expired } = await records.find({ space, index: BY_EXPIRY, ranges, limit: SWEEP_BATCH })
      if (expired.length === 0) return removed
      const { done } = await records.commit(
        expired.map(({ id }) => ({ op: 'delete', space, id })),
        expired.map(({ id, version }) => ({ space, id, version })),
      )
      // Somebody else removed one of them: the next sweep sees to the rest.
      if (!done) return removed
      removed += expired.length
    }
  }

  return {
    open,
    operatorOf,
    isOpen: async (id) => (await find(id)) !== undefined,
    end: async (id) => void (await records.commit([{ op: 'delete', ...sessionKey(id) }])),
    carryOver,
    createLink,
    findLink,
    sweep: async () => (await sweepSpace(SESSIONS)) + (await sweepSpace(LINKS)),
  }
}

function operatorFrom(id: string, { by, keyId, createdAt, expiresAt }: StoredSession): Operator {
  return {
    caller: { kind: 'admin', keyId: `${SESSION_KEY_ID}${id}` },
    by,
    name: keyId ?? 'operator',
    session: { id, since: createdAt, expiresAt },
  }
}

/** What the keyId of a caller begins with who has a session, followed by its id. No api key begins so. */
export const SESSION_KEY_ID = 'console:'

function putSession(id: string, session: StoredSession): RecordWrite {
  return putJson(sessionKey(id), session, [{ index: BY_EXPIRY, key: encodeKey([session.expiresAt]) }])
}

function sessionKey(id: string): RecordKey {
  return { space: SESSIONS, id }
}

function linkKey(id: string): RecordKey {
  return { space: LINKS, id }
}
