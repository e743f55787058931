import {
  type AdminCaller,
  CloudsteadError,
  isTc3Authorization,
  isTc3Fresh,
  parseTc3Authorization,
  type Tc3Authorization,
  verifyTc3,
} from '@cloudstead/protocol'
import type { FunctionKeys } from './function-keys.ts'
import type { Keys } from './keys.ts'
import type { Sender } from './loopback.ts'

export interface AdminCredentialsOptions {
  readonly keys: Keys
  readonly functionKeys: FunctionKeys
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The parts of a request that its signature covers, as received. */
export interface AdminRequest extends Sender {
  readonly method: string
  /** Path and query as sent, still encoded: `/admin?env=demo-1abcde&seqId=1`. */
  readonly url: string
  /** By lower-case name. A header that was sent more than once is a list and counts as missing. */
  readonly headers: Sender['headers']
  /** The parsed JSON body. */
  readonly params: Readonly<Record<string, unknown>>
}

/** How old, or how far in the future, a signed request may be, because clocks differ. X-Signature-Expires is ignored. */
export const SIGNATURE_WINDOW_SECONDS = 15 * 60

const BEARER = /^bearer +(\S+)$/i

/**
 * The administrator who sent a request: identified by `Bearer <apiKey>`, or by a signature with secretId and secretKey.
 *
 * @throws CloudsteadError `INVALID_CREDENTIALS` or `SIGN_EXPIRED`
 */
export async function administratorOf(options: AdminCredentialsOptions, request: AdminRequest): Promise<AdminCaller> {
  const { bearer, signature } = credentialOf(textOf(request.headers.authorization))
  return bearer !== undefined ? options.keys.callerOfApiKey(bearer) : signerOf(options, request, signature)
}

/**
 * Checks what can be checked before the body of a request has arrived: the api key, or whether the secretId of a signature
 * exists.
 *
 * @throws CloudsteadError `INVALID_CREDENTIALS`
 */
export async function admitAdministrator(
  options: Pick<AdminCredentialsOptions, 'keys' | 'functionKeys'>,
  sender: Sender,
): Promise<void> {
  const { bearer, signature } = credentialOf(textOf(sender.headers.authorization))
  if (bearer !== undefined) await options.keys.callerOfApiKey(bearer)
  else await signingKey(options, sender, signature)
}

function credentialOf(
  authorization: string | undefined,
):
  | { readonly bearer: string; readonly signature?: never }
  | { readonly bearer?: never; readonly signature: Tc3Authorization } {
  if (authorization === undefined) {
    throw refused('There is no Authorization header: give the SDK an accessKey, or a secretId and secretKey.')
  }
  const bearer = BEARER.exec(authorization)?.[1]
  if (bearer !== undefined) return { bearer }
  if (isTc3Authorization(authorization)) return { signature: parseTc3Authorization(authorization) }
  throw refused('The Authorization header must be Bearer <apiKey> or TC3-HMAC-SHA256.')
}

/** The secretKey of a signature, and who has it. */
async function signingKey(
  { keys, functionKeys }: Pick<AdminCredentialsOptions, 'keys' | 'functionKeys'>,
  sender: Sender,
  { secretId }: Tc3Authorization,
): Promise<{ readonly secretKey: string; readonly holder: AdminCaller }> {
  const secretKey = functionKeys.secretKeyOf(secretId, sender) ?? (await keys.secretKeyOf(secretId))
  const holder = functionKeys.holderOf(secretId, sender) ?? (await keys.holderOf(secretId))
  if (secretKey === undefined || holder === undefined) throw refused('The secretId is unknown or was revoked.')
  return { secretKey, holder }
}

async function signerOf(
  options: AdminCredentialsOptions,
  request: AdminRequest,
  parsed: Tc3Authorization,
): Promise<AdminCaller> {
  const stamp = textOf(request.headers['x-timestamp']) ?? ''
  if (!/^\d{1,11}$/.test(stamp)) throw refused('X-Timestamp must be an integer, in seconds.')
  const timestamp = Number(stamp)
  const host = textOf(request.headers.host)
  if (host === undefined) throw refused('There is no Host header.')
  const { secretKey, holder } = await signingKey(options, request, parsed)
  const [path = '', ...query] = request.url.split('?')
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, textOf(value)]))
  const { method, params } = request
  verifyTc3(parsed, { method, host, path, query: query.join('?'), headers, params, timestamp }, secretKey)
  if (!isTc3Fresh(timestamp, options.now(), SIGNATURE_WINDOW_SECONDS)) throw new CloudsteadError('SIGN_EXPIRED')
  return holder
}

function textOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}

function refused(message: string): CloudsteadError {
  return new CloudsteadError('INVALID_CREDENTIALS', message)
}
