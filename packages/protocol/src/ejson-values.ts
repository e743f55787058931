import { CloudsteadError } from './errors.ts'
import {
  type DocumentObject,
  type DocumentValue,
  dateOf,
  decodeJsonValue,
  isDocumentObject,
  regexOf,
  serverDate,
  setOwn,
} from './web-values.ts'

/**
 * Canonical Extended JSON, the format of dialects B and C. The official library is not used because it throws on the server dates that
 * the SDK sends, returns objects of its own types, and supports many types that documents do not have. The tests compare the
 * results with those of the library.
 */

const INT32_MAX = 2 ** 31 - 1
const INT32_MIN = -(2 ** 31)

function numberOf(digits: unknown): number {
  const number = typeof digits === 'string' && digits !== '' ? Number(digits) : Number.NaN
  if (Number.isNaN(number) && digits !== 'NaN') {
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'an Extended JSON number is malformed',
      zh: 'Extended JSON 数字格式错误',
    })
  }
  return number
}

/** The offset of a server date can be a plain number or an Extended JSON number. */
function decodeServerDate(spec: unknown, now: number): Date {
  if (spec === null) return serverDate(spec, now)
  const offset = isDocumentObject(spec) ? spec.offset : undefined
  return serverDate({ offset: numeric(offset) ?? Number.NaN }, now)
}

/** A plain number or one of Extended JSON; undefined for anything else. */
function numeric(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  const digits = isDocumentObject(value) ? (value.$numberLong ?? value.$numberInt ?? value.$numberDouble) : undefined
  return digits === undefined ? undefined : numberOf(digits)
}

/** js-sdk 3.x encodes the ms of a date like any number: small ones become `$numberInt`, fractions `$numberDouble`. */
function decodeDate(content: unknown, now: number): Date {
  if (typeof content === 'string') return dateOf(Date.parse(content))
  const ms = numeric(content)
  return ms === undefined ? decodeServerDate(content, now) : dateOf(ms)
}

function decodeRegex(content: unknown): RegExp {
  if (!isDocumentObject(content))
    throw new CloudsteadError('INVALID_PARAM', {
      en: '$regularExpression is malformed',
      zh: '$regularExpression 格式错误',
    })
  return regexOf(content.pattern, content.options)
}

/** Extended JSON types that documents do not have. */
const UNSUPPORTED_TYPES = new Set([
  '$binary',
  '$code',
  '$dbPointer',
  '$maxKey',
  '$minKey',
  '$symbol',
  '$timestamp',
  '$undefined',
  '$uuid',
])

function decodeSpecial(source: Readonly<Record<string, unknown>>, keys: readonly string[], now: number) {
  if (keys.length === 2 && typeof source.$regex === 'string' && '$options' in source) {
    // js-sdk 3.x sends null for a `db.RegExp` without options.
    return regexOf(source.$regex, source.$options ?? '')
  }
  const [key] = keys
  if (keys.length !== 1 || key === undefined) return undefined
  const content = source[key]
  switch (key) {
    case '$numberInt':
    case '$numberLong':
    case '$numberDouble':
    case '$numberDecimal':
      return numberOf(content)
    case '$oid':
      if (typeof content !== 'string' || !/^[0-9a-f]{24}$/i.test(content)) {
        throw new CloudsteadError('INVALID_PARAM', {
          en: '$oid must be 24 hexadecimal digits',
          zh: '$oid 必须是 24 位十六进制数字',
        })
      }
      return content.toLowerCase()
    case '$date':
      return decodeDate(content, now)
    case '$tcb_server_date':
      return decodeServerDate(content, now)
    case '$regularExpression':
      return decodeRegex(content)
    default:
      if (UNSUPPORTED_TYPES.has(key))
        throw new CloudsteadError('INVALID_PARAM', {
          en: `the type ${key} is not supported in documents`,
          zh: `文档不支持类型 ${key}`,
        })
      return undefined
  }
}

/**
 * Decodes a parsed value of canonical or relaxed Extended JSON. Numbers of all types become numbers, an ObjectId becomes its
 * hexadecimal digits, and a server date becomes `now` plus its offset.
 *
 * @param now the server's clock in ms; the same for a whole request
 * @throws CloudsteadError INVALID_PARAM
 */
export function decodeEjsonValue(json: unknown, now: number): DocumentValue {
  return decodeJsonValue(json, (source, keys) => decodeSpecial(source, keys, now))
}

/**
 * Decodes a query, a document, an update, an order or a projection of dialect B.
 *
 * @throws CloudsteadError INVALID_PARAM
 * @example decodeEjson('{"n":{"$numberInt":"1"}}', Date.now()) // { n: 1 }
 */
export function decodeEjson(source: string, now: number): DocumentValue {
  let json: unknown
  try {
    json = JSON.parse(source)
  } catch {
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'the Extended JSON is not valid JSON',
      zh: '不是有效的 Extended JSON',
    })
  }
  return decodeEjsonValue(json, now)
}

function encodeNumber(value: number): unknown {
  if (Number.isInteger(value) && !Object.is(value, -0)) {
    if (value >= INT32_MIN && value <= INT32_MAX) return { $numberInt: String(value) }
    if (Number.isSafeInteger(value)) return { $numberLong: String(value) }
  }
  return { $numberDouble: Object.is(value, -0) ? '-0.0' : String(value) }
}

function encodeValue(value: DocumentValue): unknown {
  if (typeof value === 'number') return encodeNumber(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return { $date: { $numberLong: String(value.getTime()) } }
  if (value instanceof RegExp) return { $regularExpression: { pattern: value.source, options: value.flags } }
  if (Array.isArray(value)) return value.map(encodeValue)
  const target: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value as DocumentObject)) setOwn(target, key, encodeValue(item))
  return target
}

/** Encodes a value as canonical Extended JSON, for answers of dialects B and C. */
export function encodeEjson(value: DocumentValue): string {
  return JSON.stringify(encodeValue(value))
}

/** Whether JSON has no literal for a number. */
function isNotJsonNumber(value: number): boolean {
  return !Number.isFinite(value) || Object.is(value, -0)
}

/**
 * Encodes a value as relaxed Extended JSON, which is easier to read: numbers are JSON numbers where possible, and dates are ISO
 * strings. `decodeEjsonValue` restores the same value.
 *
 * @example encodeRelaxedEjson({ n: 1, at: new Date(0) }) // { n: 1, at: { $date: '1970-01-01T00:00:00.000Z' } }
 */
export function encodeRelaxedEjson(value: DocumentValue): unknown {
  if (typeof value === 'number') return isNotJsonNumber(value) ? encodeNumber(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return { $date: value.toISOString() }
  if (value instanceof RegExp) return { $regularExpression: { pattern: value.source, options: value.flags } }
  if (Array.isArray(value)) return value.map(encodeRelaxedEjson)
  const target: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value as DocumentObject)) setOwn(target, key, encodeRelaxedEjson(item))
  return target
}
