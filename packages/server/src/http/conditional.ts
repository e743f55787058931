/** Conditional requests and ranges (RFC 9110, sections 13 and 14). */

/** Whether the client's copy is still current. If-None-Match takes precedence over If-Modified-Since. */
export function isNotModified(
  headers: { readonly 'if-none-match'?: string | undefined; readonly 'if-modified-since'?: string | undefined },
  etag: string,
  lastModified: number,
): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined) {
    return tags.trim() === '*' || tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
  }
  const since = Date.parse(headers['if-modified-since'] ?? '')
  return Number.isFinite(since) && Math.floor(lastModified / 1000) * 1000 <= since
}

export type RangeVerdict = { readonly start: number; readonly end: number } | 'whole' | 'unsatisfiable'

/**
 * The bytes that a Range header asks for. Anything but one well-formed byte range means the whole file, as the RFC allows;
 * so does an `If-Range` that does not match.
 */
export function parseRange(
  range: string | undefined,
  ifRange: string | undefined,
  size: number,
  etag: string,
  lastModified: number,
): RangeVerdict {
  const match = /^bytes=([0-9]{0,15})-([0-9]{0,15})$/.exec(range ?? '')
  if (match === null || (match[1] === '' && match[2] === '')) return 'whole'
  if (ifRange !== undefined && !rangeHolds(ifRange.trim(), etag, lastModified)) return 'whole'
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

function rangeHolds(ifRange: string, etag: string, lastModified: number): boolean {
  if (ifRange.startsWith('"')) return ifRange === etag
  return Date.parse(ifRange) === Math.floor(lastModified / 1000) * 1000
}
