import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { CloudsteadError } from './errors.ts'

/**
 * Custom login tickets, which a developer's own server creates with `createTicket` and a login key:
 * `<private_key_id>/@@/<JWT>`. They differ from ordinary JWTs: all times are in milliseconds, so a JWT library would never
 * consider one expired.
 */

/** A well-formed ticket. Nothing in it is verified before {@link verifyLoginTicket}. */
export interface ParsedLoginTicket {
  readonly keyId: string
  /** The signed part. */
  readonly signingInput: string
  readonly signature: Buffer
  readonly env: string
  readonly customUserId: string
  /** Milliseconds since the epoch. */
  readonly issuedAt: number
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** The ids that `createTicket` accepts. */
const CUSTOM_USER_ID = /^[A-Za-z0-9_\-#@~=*(){}[\]:.,<>+]{4,32}$/

const SEPARATOR = '/@@/'

/** A real ticket has about 700 characters, or 1,400 with a 4096-bit key. */
const MAX_TICKET_LENGTH = 8192

const KEY_ID = /^[A-Za-z0-9_-]{1,128}$/

const JWT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/

/** How far the clock of the ticket's creator may be ahead of this server's, in milliseconds. */
const CLOCK_SKEW_MS = 5 * 60_000

/** A smaller number of milliseconds would be before 1973-03, so the time must be in seconds. */
const LOOKS_LIKE_SECONDS = 100_000_000_000

function invalid(message: string): CloudsteadError {
  return new CloudsteadError('AUTH_INVALID_CUSTOM_LOGIN_TICKET', message)
}

/**
 * Parses a ticket and checks its format, without a key.
 *
 * @throws CloudsteadError `AUTH_INVALID_CUSTOM_LOGIN_TICKET` with the reason
 */
export function parseLoginTicket(ticket: unknown): ParsedLoginTicket {
  if (typeof ticket !== 'string' || ticket === '') throw invalid('the ticket must be a non-empty string')
  if (ticket.length > MAX_TICKET_LENGTH) throw invalid(`the ticket is longer than ${MAX_TICKET_LENGTH} characters`)
  const cut = ticket.indexOf(SEPARATOR)
  if (cut < 0) throw invalid('a ticket has the form <private_key_id>/@@/<JWT>, as created by createTicket')
  const keyId = ticket.slice(0, cut)
  if (!KEY_ID.test(keyId)) throw invalid('the private_key_id before /@@/ is malformed')
  const match = JWT.exec(ticket.slice(cut + SEPARATOR.length))
  if (match === null) throw invalid('the part after /@@/ is not a JWT')
  const [, header = '', payload = '', signature = ''] = match

  // The ticket does not choose the algorithm: anything other than RS256 is refused before a key is used.
  if (decodeObject(header, 'header').alg !== 'RS256') throw invalid('the ticket must be signed with RS256')
  const { alg, env, uid, iat, exp } = decodeObject(payload, 'payload')
  if (alg !== undefined && alg !== 'RS256') throw invalid('the ticket must be signed with RS256')
  if (typeof env !== 'string') throw invalid('the ticket has no environment')
  if (typeof uid !== 'string' || !CUSTOM_USER_ID.test(uid)) {
    throw invalid('the uid of the ticket must have 4 to 32 characters: letters, digits and _-#@~=*(){}[]:.,<>+')
  }
  return {
    keyId,
    signingInput: `${header}.${payload}`,
    signature: Buffer.from(signature, 'base64url'),
    env,
    customUserId: uid,
    issuedAt: milliseconds(iat, 'iat'),
    expiresAt: milliseconds(exp, 'exp'),
  }
}

/**
 * Verifies the signature, the environment and the times of a ticket. Small RSA keys are allowed, because developers bring their
 * own keys.
 *
 * @param publicKey the key of the ticket's `keyId`, as a KeyObject or PEM
 * @param options.now milliseconds since the epoch
 * @returns the customUserId of the ticket
 * @throws CloudsteadError `AUTH_INVALID_CUSTOM_LOGIN_TICKET`
 */
export function verifyLoginTicket(
  ticket: ParsedLoginTicket,
  publicKey: KeyObject | string,
  options: { readonly env: string; readonly now: number },
): string {
  const key = typeof publicKey === 'string' ? createPublicKey(publicKey) : publicKey
  if (key.asymmetricKeyType !== 'rsa') throw invalid('the login key is not an RSA key')
  if (!verify('RSA-SHA256', Buffer.from(ticket.signingInput, 'latin1'), key, ticket.signature)) {
    throw invalid('the signature of the ticket does not match its private_key_id; is it the right key file?')
  }
  if (ticket.env !== options.env)
    throw invalid(`the ticket is for the environment ${ticket.env}, not for ${options.env}`)
  if (options.now >= ticket.expiresAt) throw invalid('the ticket has expired; create a new one for each login')
  if (ticket.issuedAt > options.now + CLOCK_SKEW_MS) {
    throw invalid('the ticket was issued in the future; check the clock of the machine that creates the tickets')
  }
  return ticket.customUserId
}

function decodeObject(segment: string, part: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'))
  } catch {
    throw invalid(`the ${part} of the ticket is not JSON`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`the ${part} of the ticket is not a JSON object`)
  }
  return value as Record<string, unknown>
}

function milliseconds(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw invalid(`${name} of the ticket must be a whole number of milliseconds`)
  }
  if (value < LOOKS_LIKE_SECONDS) throw invalid(`${name} of the ticket is in seconds; tickets use milliseconds`)
  return value
}
