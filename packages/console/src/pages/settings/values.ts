/** Reads typed texts as values of settings. Pure. */
import type { Setting } from '@cloudstead/admin-api'

/** The units of sizes, as in the configuration file. A KB has 1,024 bytes. */
export const UNITS = ['B', 'KB', 'MB', 'GB'] as const
type Unit = (typeof UNITS)[number]

const BYTES: Readonly<Record<Unit, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }
const MAX_FILE_SIZE = 5 * BYTES.GB
const MAX_SECONDS = 86_400

/** Why a typed text is invalid. */
type Problem = 'size' | 'seconds' | 'empty' | 'json'

type Typed = { readonly value: unknown } | { readonly problem: Problem; readonly detail?: string }

/** A size as it is typed, in two fields. */
interface Size {
  readonly number: string
  readonly unit: Unit
}

/** @example sizeOf('1.5 MB') // { number: '1.5', unit: 'MB' } */
export function sizeOf(text: string): Size {
  const [, number = '', unit = 'B'] = /^\s*(.*?)\s*([KMG]?B)?\s*$/.exec(text) ?? []
  return { number, unit: UNITS.find((one) => one === unit) ?? 'B' }
}

export function textOfSize({ number, unit }: Size): string {
  return `${number}${unit}`
}

/** The bytes of a typed size; undefined if it is invalid. */
export function bytesOf(text: string): number | undefined {
  const { number, unit } = sizeOf(text)
  if (!/^\d{1,13}(\.\d{1,9})?$/.test(number)) return undefined
  const bytes = Math.floor(Number(number) * BYTES[unit])
  return bytes >= 1 && bytes <= MAX_FILE_SIZE ? bytes : undefined
}

/** A typed number of seconds, 1 to 86,400; undefined if it is invalid. */
export function secondsOf(text: string): number | undefined {
  const seconds = /^\s*\d{1,5}\s*$/.test(text) ? Number(text) : 0
  return seconds >= 1 && seconds <= MAX_SECONDS ? seconds : undefined
}

/** The text in the field of a setting before anything is typed. */
export function heldText({ kind, value }: Setting): string {
  if (value === undefined || kind === 'secret') return ''
  if (kind === 'list') return Array.isArray(value) ? value.join('\n') : ''
  if (kind === 'indexes') return JSON.stringify(value, null, 2)
  if (kind === 'size' && typeof value === 'number') return `${value}B`
  return String(value)
}

/** Reads a text as the value of a setting. The server checks it again. */
export function typedValue(kind: Setting['kind'], text: string): Typed {
  switch (kind) {
    case 'size':
      return bytesOf(text) === undefined ? { problem: 'size' } : { value: text.replaceAll(/\s/g, '') }
    case 'seconds': {
      const value = secondsOf(text)
      return value === undefined ? { problem: 'seconds' } : { value }
    }
    case 'indexes':
      return json(text)
    case 'list':
      return { value: text.split(/[\s,]+/).filter((entry) => entry !== '') }
    case 'boolean':
      return { value: text === 'true' }
    default:
      return text.trim() === '' ? { problem: 'empty' } : { value: kind === 'secret' ? text : text.trim() }
  }
}

function json(text: string): Typed {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { problem: 'json', detail: (error as Error).message }
  }
}
