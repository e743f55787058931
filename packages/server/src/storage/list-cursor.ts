import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { CloudsteadError } from '@cloudstead/protocol'
import type { KeyRing } from '../secrets.ts'

/** AES-256-GCM: the secrets have 256 bits. */
const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encodes the position of a listing. It is encrypted, because it can be the path of a file that the caller may not know of.
 *
 * @param asked identifies the listing; with another one the text is refused
 */
export function sealListCursor(ring: KeyRing, position: string, asked: string): string {
  const { kid, secret } = ring.current
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, secret, nonce).setAAD(Buffer.from(asked))
  const sealed = Buffer.concat([nonce, cipher.update(position, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `${kid}.${sealed.toString('base64url')}`
}

/**
 * Decodes the text of `sealListCursor` for the same listing.
 *
 * @throws CloudsteadError INVALID_PARAM
 */
export function openListCursor(ring: KeyRing, text: string, asked: string): string {
  const [kid = '', payload = ''] = text.split('.')
  const key = ring.find(kid)
  const sealed = Buffer.from(payload, 'base64url')
  if (key === undefined || sealed.length <= NONCE_BYTES + TAG_BYTES) throw notOurs()
  const decipher = createDecipheriv(ALGORITHM, key.secret, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(asked)).setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    throw notOurs()
  }
}

function notOurs(): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', {
    en: 'cursor must be the nextCursor of a former page of the same list',
    zh: 'cursor 必须是同一列表前一页的 nextCursor',
  })
}
