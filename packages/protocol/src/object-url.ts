import { hash, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { CloudPath } from './cloud-path.ts'

/**
 * Addresses of stored files. `/o/<object>/<slug>.<ext>` is ASCII without any `%`, because SDKs apply `encodeURI` to it
 * once more; a temporary URL is that address plus `?sign=<32 hex>&t=<unix seconds>`.
 */

/** 192 bits: nobody finds two paths with one id. */
const OBJECT_ID_LENGTH = 32
const SIGN_BYTES = 16
const MAX_SLUG = 40

/** A key that signs, as far as this package cares. */
export interface SigningKey {
  /** A KeyObject: an HMAC with a Buffer as key costs several times as much. */
  readonly secret: KeyObject
}

/** The permanent, opaque name of a cloudPath in URLs: the same path has the same one for ever. 32 base64url characters. */
export function objectIdOf(env: string, path: CloudPath): string {
  return hash('sha256', `${env}\n${path}`, 'base64url').slice(0, OBJECT_ID_LENGTH)
}

/** The path of the bare URL of a file with this object id. The slug only makes it readable; it says nothing that decides anything. */
export function objectPathname(objectId: string, path: CloudPath): string {
  const base = path.slice(path.lastIndexOf('/') + 1)
  const dot = base.lastIndexOf('.')
  const stem = dot > 0 ? base.slice(0, dot) : base
  const extension = dot > 0 ? base.slice(dot + 1) : ''
  const slug = stem
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAX_SLUG)
  const suffix = /^[A-Za-z0-9]{1,10}$/.test(extension) ? `.${extension.toLowerCase()}` : ''
  return `/o/${objectId}/${slug === '' ? 'file' : slug}${suffix}`
}

/** The query of a temporary URL. `expires`: unix seconds, the first second in which it no longer works. */
export function signObjectPathname(key: SigningKey, env: string, pathname: string, expires: number): string {
  return `sign=${signature(key, env, pathname, String(expires))}&t=${expires}`
}

export type SignatureVerdict = 'valid' | 'expired' | 'invalid'

/**
 * Judges `sign` and `t` exactly as they came. Text is compared with text, so no other spelling of the same bytes passes.
 *
 * @param now milliseconds since the epoch
 */
export function verifyObjectSignature(
  keys: readonly SigningKey[],
  env: string,
  pathname: string,
  sign: string,
  t: string,
  now: number,
): SignatureVerdict {
  if (!/^[0-9a-f]{32}$/.test(sign) || !/^[1-9][0-9]{0,11}$/.test(t)) return 'invalid'
  const given = Buffer.from(sign, 'latin1')
  const matches = keys.some((key) => timingSafeEqual(given, Buffer.from(signature(key, env, pathname, t), 'latin1')))
  if (!matches) return 'invalid'
  return now < Number(t) * 1000 ? 'valid' : 'expired'
}

const BLOCK_BYTES = 64
const HASH_BYTES = 32

/** The two padded keys of an HMAC, each followed by room for what is hashed with it. */
interface Pads {
  readonly inner: Buffer
  readonly outer: Buffer
}

/** Room for environment, path and expiry; a longer text gets a buffer of its own. */
const TEXT_ROOM = 512

const PADS = new WeakMap<KeyObject, Pads>()

function padsOf(secret: KeyObject): Pads {
  const known = PADS.get(secret)
  if (known !== undefined) return known
  const exported = secret.export()
  const key = exported.length > BLOCK_BYTES ? hash('sha256', exported, 'buffer') : exported
  const pads = {
    inner: Buffer.alloc(BLOCK_BYTES + TEXT_ROOM, 0x36),
    outer: Buffer.alloc(BLOCK_BYTES + HASH_BYTES, 0x5c),
  }
  key.forEach((byte, at) => {
    pads.inner[at] = byte ^ 0x36
    pads.outer[at] = byte ^ 0x5c
  })
  PADS.set(secret, pads)
  return pads
}

/** An HMAC-SHA256, put together from two one-shot hashes: half the time of an Hmac object, and nothing to collect. */
function signature(key: SigningKey, env: string, pathname: string, t: string): string {
  const text = `GET\n${env}\n${pathname}\n${t}`
  const { inner, outer } = padsOf(key.secret)
  const length = Buffer.byteLength(text)
  const input = length <= TEXT_ROOM ? inner : Buffer.concat([inner.subarray(0, BLOCK_BYTES), Buffer.alloc(length)])
  input.write(text, BLOCK_BYTES)
  outer.write(hash('sha256', input.subarray(0, BLOCK_BYTES + length), 'binary'), BLOCK_BYTES, 'latin1')
  return hash('sha256', outer, 'hex').slice(0, SIGN_BYTES * 2)
}
