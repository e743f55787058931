import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { personOf } from '@cloudstead/protocol'

/** The call that a function is answering. */
export interface CallContext {
  readonly requestId: string
  readonly function: string
  /** How many calls this one is within; 0 for a call from outside. */
  readonly depth: number
  /** The origin of the URLs that the function gets from the server: `https://files.example.com`. */
  readonly origin: string
  /** Whose identity the function sees; null for nobody and for administrators. */
  readonly person: ReturnType<typeof personOf>
  /** The address of the client. */
  readonly sourceIp: string | undefined
}

/**
 * Tokens that tell which call a request of a function belongs to. SDKs send `TCB_SESSIONTOKEN` back with every request as
 * `tcb_sessionToken`. A token is no permission: the request needs a key besides.
 */
export interface CallTokens {
  /** ASCII without blanks, less than 2 KB. */
  issue(call: CallContext): string
  /** The call of a token; undefined for any value that this process did not issue. */
  open(token: unknown): CallContext | undefined
}

const KEY_BYTES = 32
/** Of the signature, in base64url. */
const SIGNATURE_CHARACTERS = 43
/** The ids, a host name and the request id need about 800. */
const MAX_TOKEN = 2048

/** The key is in the memory of this process only, so tokens are good until it ends. */
export function createCallTokens(): CallTokens {
  const key = randomBytes(KEY_BYTES)
  const signatureOf = (payload: string) => createHmac('sha256', key).update(payload).digest()
  return {
    issue(call) {
      const payload = Buffer.from(JSON.stringify(call)).toString('base64url')
      return `${payload}.${signatureOf(payload).toString('base64url')}`
    },
    open(token) {
      if (typeof token !== 'string' || token.length > MAX_TOKEN) return undefined
      const [, payload, signature] = /^([\w-]+)\.([\w-]+)$/.exec(token) ?? []
      if (payload === undefined || signature?.length !== SIGNATURE_CHARACTERS) return undefined
      if (!timingSafeEqual(Buffer.from(signature, 'base64url'), signatureOf(payload))) return undefined
      return JSON.parse(Buffer.from(payload, 'base64url').toString()) as CallContext
    },
  }
}
