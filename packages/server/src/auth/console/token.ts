import { randomBytes } from 'node:crypto'
import { hashOf, sameText } from '../secret-hash.ts'

/**
 * The token of a session or link of the Console: `<id>.<secret>`. The id identifies the record and may be shown; only the
 * hash of the token is stored. It has the shape of a refresh token, so the redaction of the log recognises it.
 */
export interface ConsoleToken {
  readonly id: string
  readonly text: string
  /** What is stored. */
  readonly hash: string
}

const ID_BYTES = 16
/** More than the necessary 256 bits: this gives the text the length that the log recognises. */
const SECRET_BYTES = 40
const SHAPE = /^([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{54}$/

export function newConsoleToken(): ConsoleToken {
  const id = randomBytes(ID_BYTES).toString('base64url')
  const text = `${id}.${randomBytes(SECRET_BYTES).toString('base64url')}`
  return { id, text, hash: hashOf(text) }
}

/** Undefined for a text without the shape of a token. Whether the token is valid is checked by {@link opens}. */
export function parseConsoleToken(text: string): ConsoleToken | undefined {
  const id = SHAPE.exec(text)?.[1]
  return id === undefined ? undefined : { id, text, hash: hashOf(text) }
}

/** Whether a token is the one whose hash was stored; in constant time. */
export function opens(token: ConsoleToken, storedHash: string): boolean {
  return sameText(token.hash, storedHash)
}
