import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/**
 * The Content-Type of a stored file. Clients often announce the default of their transport instead of the real type (the
 * Mini Program sends `application/json` or nothing for a picture). So the extension of the file name decides first, the
 * announced type second.
 */

/** The types of frequent endings, and of those for which phones and browsers use another type than the kept table. */
const BY_EXTENSION: Readonly<Record<string, string>> = {
  aac: 'audio/aac',
  avi: 'video/x-msvideo',
  avif: 'image/avif',
  bmp: 'image/bmp',
  css: 'text/css; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  flac: 'audio/flac',
  gif: 'image/gif',
  gz: 'application/gzip',
  heic: 'image/heic',
  heif: 'image/heif',
  htm: 'text/html; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  jfif: 'image/jpeg',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  jxl: 'image/jxl',
  m4a: 'audio/mp4',
  m4v: 'video/mp4',
  md: 'text/markdown; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  mkv: 'video/x-matroska',
  mov: 'video/quicktime',
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  ogg: 'audio/ogg',
  pdf: 'application/pdf',
  png: 'image/png',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  txt: 'text/plain; charset=utf-8',
  wav: 'audio/wav',
  webm: 'video/webm',
  webp: 'image/webp',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  xml: 'application/xml',
  zip: 'application/zip',
}

export const UNKNOWN_TYPE = 'application/octet-stream'

/** Types of the kept table that a browser runs. Their files stay of unknown type, which is a download everywhere. */
const RUNS = new Set(['application/xhtml+xml', 'application/x-shockwave-flash', 'application/xslt+xml'])

type MimeDb = Readonly<Record<string, { readonly source?: string; readonly extensions?: readonly string[] }>>

let kept: ReadonlyMap<string, string> | undefined

/** The table of `mime-db`, read when the first ending arrives that is not in our own. Types that are registered come first. */
function keptTypes(): ReadonlyMap<string, string> {
  if (kept !== undefined) return kept
  const file = createRequire(import.meta.url).resolve('mime-db/db.json')
  const types = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as MimeDb).filter(([type]) => !RUNS.has(type))
  const registered = types.filter(([, { source }]) => source === 'iana')
  const found = new Map<string, string>()
  for (const [type, { extensions = [] }] of [...registered, ...types]) {
    for (const extension of extensions) if (!found.has(extension)) found.set(extension, withCharset(type))
  }
  kept = found
  return found
}

/** The type as it is stored: text is in UTF-8. */
export function withCharset(type: string): string {
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type
}

/** Types that say how the bytes were sent, not what they are. */
const TRANSPORT_TYPES = new Set([
  UNKNOWN_TYPE,
  'binary/octet-stream',
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
])

/**
 * Types that a browser may show inline. Everything else is a download: this is an allow-list on the parsed type, not a
 * block-list. None of these types can run a script.
 */
const INLINE = new Set([
  'audio/3gpp',
  'audio/aac',
  'audio/amr',
  'audio/flac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'image/apng',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/heic',
  'image/heif',
  'image/jpeg',
  'image/jxl',
  'image/png',
  'image/tiff',
  'image/webp',
  'image/x-icon',
  'text/plain',
  'video/3gpp',
  'video/mp4',
  'video/quicktime',
  'video/webm',
])

const TOKEN = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/

/** The type without parameters in lower case; undefined when it is not a type. */
export function essenceOf(contentType: string | undefined): string | undefined {
  const essence = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return TOKEN.test(essence) ? essence : undefined
}

/**
 * The type to store a file with.
 *
 * @param announced the Content-Type of the sender; may be blank or invalid
 * @example contentTypeFor('users/a/1.jpg', ' ') // 'image/jpeg'
 */
export function contentTypeFor(path: string, announced: string | undefined): string {
  const extension = /\.([A-Za-z0-9_-]{1,16})$/.exec(path)?.[1]?.toLowerCase()
  const own = extension !== undefined && Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined
  const known = own ?? (extension === undefined ? undefined : keptTypes().get(extension))
  // The table has endings of which only that is known, such as `.exe`.
  if (known !== undefined && known !== UNKNOWN_TYPE) return known
  const essence = essenceOf(announced)
  if (essence === undefined || TRANSPORT_TYPES.has(essence)) return UNKNOWN_TYPE
  return essence === 'text/plain' ? withCharset(essence) : essence
}

/** Whether a browser may show it inline. */
export function isInline(contentType: string): boolean {
  return INLINE.has(essenceOf(contentType) ?? '')
}
