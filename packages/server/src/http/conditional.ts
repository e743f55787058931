/** Conditional requests and ranges (RFC 9110, sections 13 and 14). */
import type { IncomingHttpHeaders } from 'node:http'

/** What identifies the stored version. */
export interface Validators {
  /** Strong, with quotes. */
  readonly etag: string
  /** Milliseconds since 1970. HTTP dates have seconds only. */
  readonly modified: number
}

export type Conditions = Pick<
  IncomingHttpHeaders,
  'if-match' | 'if-none-match' | 'if-modified-since' | 'if-unmodified-since' | 'range'
> & { readonly 'if-range'?: string | string[] | undefined }

/**
 * Evaluates the preconditions of a request in the order of section 13.2.2: `failed` is answered with 412, `not-modified` with
 * 304. A date that is malformed is ignored. A malformed list of ETags contains no version; with a malformed If-None-Match,
 * a read proceeds and a write fails, so that nothing is overwritten by mistake.
 *
 * @param kind GET and HEAD are reads
 * @param stored undefined when there is no file
 */
export function evaluateConditions(
  kind: 'read' | 'write',
  conditions: Conditions,
  stored: Validators | undefined,
): 'proceed' | 'not-modified' | 'failed' {
  const { 'if-match': match, 'if-none-match': noneMatch } = conditions
  if (match !== undefined) {
    // The strong comparison: a weak ETag does not guarantee the same bytes.
    if (!lists(entityTags(match), stored, (tag, etag) => tag === etag)) return 'failed'
  } else if (stored !== undefined) {
    const unmodifiedSince = parseHttpDate(conditions['if-unmodified-since'])
    if (unmodifiedSince !== undefined && secondOf(stored) > unmodifiedSince) return 'failed'
  }
  if (noneMatch !== undefined) {
    const tags = entityTags(noneMatch)
    if (kind === 'write' && tags === undefined) return 'failed'
    if (!lists(tags, stored, (tag, etag) => tag.replace(/^W\//, '') === etag)) return 'proceed'
    return kind === 'read' ? 'not-modified' : 'failed'
  }
  if (kind === 'write' || stored === undefined) return 'proceed'
  const modifiedSince = parseHttpDate(conditions['if-modified-since'])
  return modifiedSince !== undefined && secondOf(stored) <= modifiedSince ? 'not-modified' : 'proceed'
}

export type RangeVerdict = { readonly start: number; readonly end: number } | 'whole' | 'unsatisfiable'

/**
 * The bytes that a GET asks for. Anything but one well-formed byte range means the whole file, as the RFC allows; so does an
 * `If-Range` that does not match. An empty file has no parts, so it is always sent whole.
 */
export function parseRange({ range, 'if-range': ifRange }: Conditions, size: number, stored: Validators): RangeVerdict {
  const match = /^bytes=([0-9]{0,15})-([0-9]{0,15})$/i.exec(range ?? '')
  if (size === 0 || match === null || (match[1] === '' && match[2] === '')) return 'whole'
  if (ifRange !== undefined && !rangeHolds(String(ifRange).trim(), stored)) return 'whole'
  const [, first = '', last = ''] = match
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return 'whole'
  return start >= size ? 'unsatisfiable' : { start, end }
}

/** One ETag, compared strongly, or exactly the date of the file. */
function rangeHolds(ifRange: string, stored: Validators): boolean {
  return ifRange === stored.etag || parseHttpDate(ifRange) === secondOf(stored)
}

const ENTITY_TAG = '(?:W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"'
/** Lists may have empty members. */
const ENTITY_TAGS = new RegExp(`^[\\s,]*${ENTITY_TAG}(?:\\s*,[\\s,]*${ENTITY_TAG})*[\\s,]*$`)

/** The members of a list of ETags; undefined when it is malformed. A tag may contain a comma. */
function entityTags(list: string): readonly string[] | '*' | undefined {
  if (list.trim() === '*') return '*'
  return ENTITY_TAGS.test(list) ? (list.match(new RegExp(ENTITY_TAG, 'g')) ?? []) : undefined
}

function lists(
  tags: readonly string[] | '*' | undefined,
  stored: Validators | undefined,
  same: (tag: string, etag: string) => boolean,
): boolean {
  if (tags === undefined || stored === undefined) return false
  return tags === '*' || tags.some((tag) => same(tag, stored.etag))
}

/** The three forms of a date that HTTP accepts; the last has no time zone. */
const HTTP_DATES = [
  /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/,
  /^[A-Z][a-z]{5,8}, [0-9]{2}-[A-Z][a-z]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [0-9 ][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}$/,
]

/** Milliseconds since 1970; undefined for anything but a date of HTTP. */
function parseHttpDate(header: string | undefined): number | undefined {
  const text = header?.trim() ?? ''
  if (!HTTP_DATES.some((form) => form.test(text))) return undefined
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(time) ? undefined : time
}

function secondOf({ modified }: Validators): number {
  return Math.floor(modified / 1000) * 1000
}
