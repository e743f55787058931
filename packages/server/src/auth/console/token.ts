import { randomBytes } from 'node:crypto'
import { hashOf, sameText } from '../secret-hash.ts'

/**
 * The text of sessions and links of the Console: `<id>.<secret>`. The id finds the record and may be shown; the secret
 * opens it, and only its hash is kept. The shape is that of a refresh token, so the redaction of the log knows it.
 */
export interface ConsoleToken {
  readonly id: string
  readonly text: string
  /** What is stored. */
  readonly hash: string
}

const ID_BYTES = 16
/** More than the 256 bits that are needed: with them the text has the length that the log recognises. */
const SECRET_BYTES = 40
const SHAPE = /^([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{54}$/

export function newConsoleToken(): ConsoleToken {
  const id = randomBytes(ID_BYTES).toString('base64url')
  const text = `${id}.${randomBytes(SECRET_BYTES).toString('base64url')}`
  return { id, text, hash: hashOf(text) }
}

/** Undefined for a text that is no such token. Whether it opens anything is another question: {@link opens}. */
export function parseConsoleToken(text: string): ConsoleToken | undefined {
  const id = SHAPE.exec(text)?.[1]
  return id === undefined ? undefined : { id, text, hash: hashOf(text) }
}

/** Whether a token is the one whose hash was stored. Its duration tells nothing. */
export function opens(token: ConsoleToken, storedHash: string): boolean {
  return sameText(token.hash, storedHash)
}
