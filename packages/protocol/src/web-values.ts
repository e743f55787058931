import { CloudsteadError } from './errors.ts'
import { foreignRegex } from './foreign-regex.ts'

/** A value in a document, the same for all dialects. GeoJSON values are plain objects. */
export type DocumentValue = null | boolean | number | string | Date | RegExp | readonly DocumentValue[] | DocumentObject

/** A plain object of values: a document, a query, an update. */
export interface DocumentObject {
  readonly [field: string]: DocumentValue
}

/** Nesting levels of a value. MongoDB's limit is 100 levels, and a deeper value could exhaust the stack. */
export const MAX_VALUE_DEPTH = 100
/** Values inside one decoded value, so that a small but dense body cannot keep the process busy. */
export const MAX_VALUE_NODES = 500_000
/** Characters of a regular expression. Longer ones are not real searches, and take long to compile. */
const MAX_REGEX_LENGTH = 1000

/** Decodes an object that represents another value, such as `{ $date }`; returns undefined for a plain object. */
type SpecialDecoder = (source: Readonly<Record<string, unknown>>, keys: readonly string[]) => DocumentValue | undefined

/** Sets an own property with any name. Assigning to `__proto__` would change the prototype instead. */
export function setOwn<T>(target: Record<string, T>, name: string, value: T): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
  } else target[name] = value
}

/** Whether a value is an object other than an array, a date or a regular expression. */
export function isDocumentObject(value: unknown): value is DocumentObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof RegExp)
  )
}

/**
 * Converts parsed JSON to a document value, with limits on depth and size.
 *
 * @param special decodes objects that represent other values
 * @throws CloudsteadError INVALID_PARAM for a value that is nested too deep, too large or not JSON
 */
export function decodeJsonValue(json: unknown, special: SpecialDecoder): DocumentValue {
  let nodes = 0
  const decode = (value: unknown, depth: number): DocumentValue => {
    nodes += 1
    if (nodes > MAX_VALUE_NODES) {
      throw new CloudsteadError('INVALID_PARAM', {
        en: `a value may contain at most ${MAX_VALUE_NODES} values`,
        zh: `一个值最多包含 ${MAX_VALUE_NODES} 个值`,
      })
    }
    if (depth > MAX_VALUE_DEPTH) {
      throw new CloudsteadError('INVALID_PARAM', {
        en: `a value may be nested at most ${MAX_VALUE_DEPTH} levels deep`,
        zh: `一个值最多嵌套 ${MAX_VALUE_DEPTH} 层`,
      })
    }
    if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') {
      return value
    }
    if (Array.isArray(value)) return value.map((item) => decode(item, depth + 1))
    if (typeof value !== 'object')
      throw new CloudsteadError('INVALID_PARAM', { en: 'a value is not JSON', zh: '值不是 JSON' })
    const source = value as Record<string, unknown>
    const keys = Object.keys(source)
    if (keys[0]?.startsWith('$') === true) {
      const decoded = special(source, keys)
      if (decoded !== undefined) return decoded
    }
    const target: Record<string, DocumentValue> = {}
    for (const key of keys) setOwn(target, key, decode(source[key], depth + 1))
    return target
  }
  return decode(json, 1)
}

function invalidDate(): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', {
    en: '$date is not a valid date: the client may have sent new Date(NaN)',
    zh: '$date 不是有效的日期：客户端可能发送了 new Date(NaN)',
  })
}

/** A Date from milliseconds since the epoch. @throws CloudsteadError INVALID_PARAM outside the range of Date */
export function dateOf(ms: number): Date {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) throw invalidDate()
  return date
}

/**
 * A RegExp with the pattern and the options of MongoDB. Its `source` and `flags` have them; only the server's query engine
 * reads them with MongoDB's meaning.
 *
 * @throws CloudsteadError INVALID_PARAM when the pattern or the options are invalid, or the pattern is too long
 */
export function regexOf(pattern: unknown, options: unknown): RegExp {
  if (typeof pattern !== 'string' || typeof options !== 'string') {
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'the pattern and the options of a regular expression must be strings',
      zh: '正则表达式的模式和选项必须是字符串',
    })
  }
  if (pattern.length > MAX_REGEX_LENGTH) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: `a regular expression may have at most ${MAX_REGEX_LENGTH} characters`,
      zh: `正则表达式最多 ${MAX_REGEX_LENGTH} 个字符`,
    })
  }
  const regex = nativeRegex(pattern, options) ?? foreignRegex(pattern, options)
  if (regex === undefined) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'a regular expression has an invalid pattern or invalid options',
      zh: '正则表达式的模式或选项无效',
    })
  }
  return regex
}

function nativeRegex(pattern: string, options: string): RegExp | undefined {
  try {
    return new RegExp(pattern, options)
  } catch {
    return undefined
  }
}

/** The date of `db.serverDate({ offset })`: the server's clock plus the offset, both in milliseconds. */
export function serverDate(spec: unknown, now: number): Date {
  // JSON has null for the time of `new Date(NaN)`.
  if (spec === null) throw invalidDate()
  const offset = isDocumentObject(spec) ? spec.offset : undefined
  if (typeof offset !== 'number' || !Number.isFinite(offset)) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'the offset of a server date must be a number of milliseconds',
      zh: '服务器时间的偏移量必须是毫秒数',
    })
  }
  return dateOf(now + offset)
}

function decodeWebDate(content: unknown, now: number): Date {
  if (typeof content === 'number') return dateOf(content)
  if (typeof content === 'string') return dateOf(Date.parse(content))
  return serverDate(content, now)
}

/**
 * Decodes a value of dialect A: JSON in which `{ "$date": ms | ISO }` is a date, `{ "$date": { "offset": ms } }` is a server
 * date, and `{ "$regex", "$options" }` is a regular expression.
 *
 * @param now the server's clock in ms; the same for a whole request, so that its server dates are equal
 * @throws CloudsteadError INVALID_PARAM
 * @example decodeWebValue({ paidAt: { $date: { offset: 0 } } }, Date.now())
 */
export function decodeWebValue(json: unknown, now: number): DocumentValue {
  return decodeJsonValue(json, (source, keys) => {
    if (keys.length === 1 && keys[0] === '$date') return decodeWebDate(source.$date, now)
    const isRegex = keys.includes('$regex') && keys.every((key) => key === '$regex' || key === '$options')
    if (isRegex && typeof source.$regex === 'string') return regexOf(source.$regex, source.$options ?? '')
    return undefined
  })
}

/**
 * Encodes a value for dialect A. Dates become ISO strings, because the SDK does not decode `{ "$date": 0 }`. NaN and Infinity
 * become null, because JSON does not have them. A value that needs no encoding is returned as it is, not copied.
 */
export function encodeWebValue(value: DocumentValue): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return { $date: value.toISOString() }
  if (value instanceof RegExp) return { $regex: value.source, $options: value.flags }
  if (Array.isArray(value)) {
    const items = value as readonly DocumentValue[]
    let copy: unknown[] | undefined
    for (let at = 0; at < items.length; at += 1) {
      const item = items[at] as DocumentValue
      const encoded = encodeWebValue(item)
      if (encoded !== item) {
        copy ??= items.slice()
        copy[at] = encoded
      }
    }
    return copy ?? value
  }
  const source = value as DocumentObject
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(source)) {
    const item = source[key] as DocumentValue
    const encoded = encodeWebValue(item)
    if (encoded !== item) {
      copy ??= { ...source }
      setOwn(copy, key, encoded)
    }
  }
  return copy ?? value
}
