import { hash } from 'node:crypto'
import type { CloudPath } from './cloud-path.ts'

/**
 * URLs of stored files. `/o/<object>/<slug>.<ext>` is ASCII without any `%`, because SDKs apply `encodeURI` to it again. A
 * temporary URL has a signature in addition (object-signature.ts).
 */

/** 192 bits, so nobody can find two paths with the same id. */
const OBJECT_ID_LENGTH = 32
const MAX_SLUG = 40

/** The opaque name of a cloudPath in URLs: 32 base64url characters, the same forever for the same path. */
export function objectIdOf(env: string, path: CloudPath): string {
  return hash('sha256', `${env}\n${path}`, 'base64url').slice(0, OBJECT_ID_LENGTH)
}

/** The path of the URL of a file, without a signature. The slug makes it readable and has no other function. */
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
