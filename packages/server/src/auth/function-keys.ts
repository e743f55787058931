import { randomBytes } from 'node:crypto'
import type { AdminCaller } from '@cloudstead/protocol'
import { isLocal, type Sender } from './loopback.ts'

/**
 * The key with which the functions of this process sign their requests. It may do everything, but only on this machine, and
 * ends with the process.
 */
export interface FunctionKeys {
  readonly secretId: string
  readonly secretKey: string
  /** The administrator with this secretId; undefined when it is another one or the request comes from elsewhere. */
  holderOf(secretId: string, sender: Sender): AdminCaller | undefined
  /** The secretKey of this secretId; undefined as for `holderOf`. */
  secretKeyOf(secretId: string, sender: Sender): string | undefined
  /** Whether a caller is a function, of this process or of another one. */
  isHolder(caller: AdminCaller): boolean
}

/** No stored key has this id. */
const KEY_ID = 'functions'
/** No secretId of a stored key begins with this. */
const PREFIX = 'CSF'
const SECRET_ID_BYTES = 12
const SECRET_KEY_BYTES = 32

/** Makes a new key, which exists in memory only. */
export function createFunctionKeys(): FunctionKeys {
  const secretId = `${PREFIX}${randomBytes(SECRET_ID_BYTES).toString('hex')}`
  const secretKey = randomBytes(SECRET_KEY_BYTES).toString('base64url')
  const isMine = (id: string, sender: Sender) => id === secretId && isLocal(sender)
  return {
    secretId,
    secretKey,
    holderOf: (id, sender) => (isMine(id, sender) ? { kind: 'admin', keyId: KEY_ID } : undefined),
    secretKeyOf: (id, sender) => (isMine(id, sender) ? secretKey : undefined),
    isHolder: ({ keyId }) => keyId === KEY_ID,
  }
}
