import { createHmac, randomBytes } from 'node:crypto'
import { sameText } from './secret-hash.ts'

/**
 * The text of refresh tokens: `<session id>.<random><mac>`. Opaque to clients, 77 characters (the platform allows 128).
 *
 * The MAC is computed with a key that is stored with the session. It proves that a token was once issued for this
 * session, even if it is no longer the current one, so the reuse of a stolen old token is detected without a list of all
 * old tokens. The MAC alone permits nothing: to refresh, the hash of the whole text must be the current one.
 */
export interface RefreshToken {
  readonly sessionId: string
  readonly text: string
  readonly random: string
  readonly mac: string
}

const SHAPE = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{32})([A-Za-z0-9_-]{22})$/

const RANDOM_BYTES = 24
const MAC_BYTES = 16

export function newSessionId(): string {
  return randomBytes(16).toString('base64url')
}

/** A key for {@link issueRefreshToken}, or a salt for {@link successorOf}. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** A new random token. */
export function issueRefreshToken(sessionId: string, familyKey: string): string {
  return format(sessionId, familyKey, randomBytes(RANDOM_BYTES))
}

/**
 * The token that replaces another one. The same salt gives the same successor, so an answer that was lost can be
 * repeated although only hashes are stored: computing it takes the old token itself.
 */
export function successorOf(predecessor: string, sessionId: string, familyKey: string, salt: string): string {
  const random = createHmac('sha256', salt).update(predecessor).digest().subarray(0, RANDOM_BYTES)
  return format(sessionId, familyKey, random)
}

export function parseRefreshToken(text: string): RefreshToken | undefined {
  const match = SHAPE.exec(text)
  if (match === null) return undefined
  const [, sessionId = '', random = '', mac = ''] = match
  return { sessionId, text, random, mac }
}

/** Whether this token was once issued for the session with this key. */
export function wasIssuedWith(token: RefreshToken, familyKey: string): boolean {
  return sameText(token.mac, macOf(token.sessionId, familyKey, token.random))
}

function format(sessionId: string, familyKey: string, random: Buffer): string {
  const text = random.toString('base64url')
  return `${sessionId}.${text}${macOf(sessionId, familyKey, text)}`
}

function macOf(sessionId: string, familyKey: string, random: string): string {
  const mac = createHmac('sha256', familyKey).update(`${sessionId}.${random}`).digest()
  return mac.subarray(0, MAC_BYTES).toString('base64url')
}
