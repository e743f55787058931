/**
 * The Content-Type of a stored file. Clients often announce the default of their transport instead of the real type (the
 * Mini Program sends `application/json` or nothing for a picture). So the extension of the file name decides first, the
 * announced type second.
 */

const BY_EXTENSION: Readonly<Record<string, string>> = {
  aac: 'audio/aac',
  avi: 'video/x-msvideo',
  avif: 'image/avif',
  bmp: 'image/bmp',
  css: 'text/css; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  gif: 'image/gif',
  gz: 'application/gzip',
  heic: 'image/heic',
  heif: 'image/heif',
  htm: 'text/html; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  m4a: 'audio/mp4',
  m4v: 'video/mp4',
  md: 'text/markdown; charset=utf-8',
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
  'audio/aac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/heic',
  'image/heif',
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/x-icon',
  'text/plain',
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
  const extension = /\.([A-Za-z0-9]{1,10})$/.exec(path)?.[1]?.toLowerCase()
  const known = extension === undefined ? undefined : BY_EXTENSION[extension]
  if (known !== undefined) return known
  const essence = essenceOf(announced)
  if (essence === undefined || TRANSPORT_TYPES.has(essence)) return UNKNOWN_TYPE
  return essence === 'text/plain' ? 'text/plain; charset=utf-8' : essence
}

/** Whether a browser may show it inline. */
export function isInline(contentType: string): boolean {
  return INLINE.has(essenceOf(contentType) ?? '')
}
