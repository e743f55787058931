import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Caller, LoginType } from './caller.ts'
import { NOBODY } from './caller.ts'
import { type CloudPath, parseCloudPath } from './cloud-path.ts'
import { CloudsteadError } from './errors.ts'
import type { SigningKey } from './object-signature.ts'

/**
 * A signed, short-lived permission to write one cloudPath. It is part of the upload URL, because client adapters send other
 * credentials in headers, in form fields or not at all. The server stores no tickets, and evaluates the rules again when the
 * bytes arrive.
 */
export interface UploadTicket {
  readonly env: string
  readonly path: CloudPath
  readonly caller: Caller
  /** Bytes. */
  readonly maxSize: number
  /** Whether an existing file must not be replaced. */
  readonly onlyNew?: boolean
  /** Milliseconds since the epoch. */
  readonly expires: number
}

/** The payload: `[version, path, maxSize, expires, caller...]`. An array, to keep URLs short. */
type Wire = readonly [typeof MAY_REPLACE | typeof ONLY_NEW, string, number, number, string, ...(string | null)[]]

const MAY_REPLACE = 1
const ONLY_NEW = 2

/** Makes `<kid>.<payload>.<mac>`, in base64url and therefore safe in a URL path. */
export function sealUploadTicket(key: SigningKey & { readonly kid: string }, ticket: UploadTicket): string {
  const version = ticket.onlyNew === true ? ONLY_NEW : MAY_REPLACE
  const wire: Wire = [version, ticket.path, ticket.maxSize, ticket.expires, ...callerToWire(ticket.caller)]
  const payload = Buffer.from(JSON.stringify(wire), 'utf8').toString('base64url')
  return `${key.kid}.${payload}.${mac(key, ticket.env, key.kid, payload)}`
}

/**
 * Verifies and parses a ticket of this environment. Any change is refused, even another encoding of the same bytes.
 *
 * @param now milliseconds since the epoch
 * @throws CloudsteadError `STORAGE_SIGN_PARAM_INVALID` or `STORAGE_SIGN_EXPIRED`
 */
export function openUploadTicket(
  findKey: (kid: string) => SigningKey | undefined,
  env: string,
  sealed: string,
  now: number,
): UploadTicket {
  const match = /^([A-Za-z0-9]{1,32})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/.exec(sealed)
  const [, kid = '', payload = '', given = ''] = match ?? []
  const key = match === null ? undefined : findKey(kid)
  if (key === undefined) throw new CloudsteadError('STORAGE_SIGN_PARAM_INVALID')
  const expected = mac(key, env, kid, payload)
  if (!timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(expected, 'latin1'))) {
    throw new CloudsteadError('STORAGE_SIGN_PARAM_INVALID')
  }
  const [version, path, maxSize, expires, ...caller] = JSON.parse(
    Buffer.from(payload, 'base64url').toString('utf8'),
  ) as Wire
  if (version !== MAY_REPLACE && version !== ONLY_NEW) throw new CloudsteadError('STORAGE_SIGN_PARAM_INVALID')
  if (now >= expires) throw new CloudsteadError('STORAGE_SIGN_EXPIRED')
  const ticket = { env, path: parseCloudPath(path), caller: callerFromWire(caller), maxSize, expires }
  return version === ONLY_NEW ? { ...ticket, onlyNew: true } : ticket
}

function callerToWire(caller: Caller): [string, ...(string | null)[]] {
  switch (caller.kind) {
    case 'user':
      return ['u', caller.uid, caller.openid ?? null, caller.customUserId ?? null, caller.loginType, caller.sessionId]
    case 'admin':
      return ['a', caller.keyId]
    case 'nobody':
      return ['n']
  }
}

function callerFromWire([kind, ...rest]: readonly (string | null)[]): Caller {
  if (kind === 'n') return NOBODY
  if (kind === 'a') return { kind: 'admin', keyId: rest[0] ?? '' }
  const [uid, openid, customUserId, loginType, sessionId] = rest
  if (kind !== 'u' || !uid || !loginType || !sessionId) throw new CloudsteadError('STORAGE_SIGN_PARAM_INVALID')
  return {
    kind: 'user',
    uid,
    ...(openid ? { openid } : {}),
    ...(customUserId ? { customUserId } : {}),
    loginType: loginType as LoginType,
    sessionId,
  }
}

function mac(key: SigningKey, env: string, kid: string, payload: string): string {
  return createHmac('sha256', key.secret).update(`upload\n${env}\n${kid}\n${payload}`).digest('base64url')
}
