import { hash } from 'node:crypto'
import type { CloudPath } from './cloud-path.ts'

/**
 * Addresses of stored files. `/o/<object>/<slug>.<ext>` is ASCII without any `%`, because SDKs apply `encodeURI` to it
 * once more; a temporary URL is that address plus its signature (object-signature.ts).
 */

/** 192 bits: nobody finds two paths with one id. */
const OBJECT_ID_LENGTH = 32
const MAX_SLUG = 40

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
