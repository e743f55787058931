/** The kinds of values in documents, in relaxed Extended JSON. Pure. */

/** `file`: a text that is a fileID. `json`: values without a control of their own, such as regular expressions. */
export type Kind = 'text' | 'number' | 'boolean' | 'null' | 'date' | 'point' | 'file' | 'array' | 'object' | 'json'

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const NUMBER_KEYS = ['$numberInt', '$numberLong', '$numberDouble', '$numberDecimal']

export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case 'string':
      return fileOf(value) === undefined ? 'text' : 'file'
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
  }
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  if (!isObject(value)) return 'json'
  const names = Object.keys(value)
  if (!names.some((name) => name.startsWith('$'))) return pointOf(value) === undefined ? 'object' : 'point'
  const [name = ''] = names
  if (names.length > 1) return 'json'
  if (name === '$date' && typeof value.$date === 'string') return 'date'
  return NUMBER_KEYS.includes(name) && typeof value[name] === 'string' ? 'number' : 'json'
}

/** The text of a number, including those that JSON lacks, such as NaN. */
export function numberText(value: unknown): string {
  if (!isObject(value)) return String(value)
  return String(value[NUMBER_KEYS.find((name) => name in value) ?? ''])
}

/** Reads a typed number; undefined if it is not a number. */
export function numberFrom(text: string): unknown {
  const trimmed = text.trim()
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed)) {
    const value = Number(trimmed)
    if (Object.is(value, -0)) return { $numberDouble: '-0.0' }
    return Number.isFinite(value) ? value : undefined
  }
  return ['NaN', 'Infinity', '-Infinity'].includes(trimmed) ? { $numberDouble: trimmed } : undefined
}

/** The longitude and latitude of a GeoJSON point; undefined for other values. */
export function pointOf(value: unknown): readonly [lng: number, lat: number] | undefined {
  if (!isObject(value) || value.type !== 'Point' || Object.keys(value).length !== 2) return undefined
  const [lng, lat, ...more] = Array.isArray(value.coordinates) ? (value.coordinates as readonly unknown[]) : []
  return typeof lng === 'number' && typeof lat === 'number' && more.length === 0 ? [lng, lat] : undefined
}

/** The environment and the path of a fileID; undefined for other texts. */
export function fileOf(text: string): { readonly env: string; readonly path: string } | undefined {
  const [, env, path] = /^cloud:\/\/([^/.]+)\.[^/]+\/(.+)$/s.exec(text) ?? []
  return env === undefined || path === undefined ? undefined : { env, path }
}

/** The fileIDs in a value: the value itself, or the elements of an array that contains only fileIDs. */
export function filesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return fileOf(value) === undefined ? [] : [value]
  if (!Array.isArray(value) || value.length === 0) return []
  return value.every((item) => typeof item === 'string' && fileOf(item) !== undefined) ? (value as string[]) : []
}

/** The most characters of a value in a cell; more are not visible. */
const CELL_LENGTH = 200

/** The text of a value in a cell. Dates are formatted by the cell. */
export function cellText(value: unknown): string {
  const kind = kindOf(value)
  if (typeof value === 'string') return value.slice(0, CELL_LENGTH)
  if (kind === 'number') return numberText(value)
  const point = pointOf(value)
  if (point !== undefined) return point.join(', ')
  return value === undefined ? '' : JSON.stringify(value).slice(0, CELL_LENGTH)
}
