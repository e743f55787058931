/**
 * A document that is being edited: a tree that may contain unfinished values, such as an incomplete number or a field
 * without a name. Pure; every change makes a new tree.
 */
import { fileOf, type JsonObject, type Kind, kindOf, numberFrom, numberText, pointOf } from './values.ts'

interface Keyed {
  /** Identifies the value while it is edited. */
  readonly key: number
}

interface Typed extends Keyed {
  /** All of these hold the typed text. */
  readonly kind: 'text' | 'file' | 'number' | 'date' | 'json'
  readonly text: string
}

export type Draft =
  | Typed
  | (Keyed & { readonly kind: 'boolean'; readonly value: boolean })
  | (Keyed & { readonly kind: 'null' })
  | (Keyed & { readonly kind: 'point'; readonly lng: string; readonly lat: string })
  | ArrayDraft
  | ObjectDraft

export interface ArrayDraft extends Keyed {
  readonly kind: 'array'
  readonly items: readonly Draft[]
}

export interface ObjectDraft extends Keyed {
  readonly kind: 'object'
  readonly fields: readonly FieldDraft[]
}

export interface FieldDraft {
  readonly name: string
  readonly value: Draft
}

/** What is wrong with a value or with the name of its field. */
export type Fault = 'number' | 'date' | 'lng' | 'lat' | 'json' | 'emptyName' | 'badName' | 'twice'

let lastKey = 0

function newKey(): number {
  lastKey += 1
  return lastKey
}

export function draftOf(value: unknown): Draft {
  const key = newKey()
  const kind = kindOf(value)
  switch (kind) {
    case 'text':
    case 'file':
      return { key, kind, text: String(value) }
    case 'number':
      return { key, kind, text: numberText(value) }
    case 'boolean':
      return { key, kind, value: value === true }
    case 'null':
      return { key, kind }
    case 'date':
      return { key, kind, text: String((value as JsonObject).$date) }
    case 'point': {
      const [lng, lat] = pointOf(value) ?? [0, 0]
      return { key, kind, lng: String(lng), lat: String(lat) }
    }
    case 'array':
      return { key, kind, items: (value as readonly unknown[]).map(draftOf) }
    case 'object':
      return objectDraft(value as JsonObject)
    case 'json':
      return { key, kind, text: JSON.stringify(value, null, 2) }
  }
}

export function objectDraft(value: JsonObject): ObjectDraft {
  const fields = Object.entries(value).map(([name, item]) => ({ name, value: draftOf(item) }))
  return { key: newKey(), kind: 'object', fields }
}

const INVALID = Symbol('invalid')

/** The value of a draft, or the faults in it by the keys of their values. */
export function meaningOf(
  draft: Draft,
): { readonly value: unknown; readonly faults?: never } | { readonly faults: ReadonlyMap<number, Fault> } {
  const faults = new Map<number, Fault>()
  const wrong = (key: number, fault: Fault) => {
    faults.set(key, fault)
    return INVALID
  }
  const read = (node: Draft): unknown => {
    switch (node.kind) {
      case 'text':
      case 'file':
        return node.text
      case 'number':
        return numberFrom(node.text) ?? wrong(node.key, 'number')
      case 'boolean':
        return node.value
      case 'null':
        return null
      case 'date': {
        const at = timeOf(node.text)
        return at === undefined ? wrong(node.key, 'date') : { $date: new Date(at).toISOString() }
      }
      case 'point': {
        const [lng, lat] = [degrees(node.lng, 180), degrees(node.lat, 90)]
        if (lng === undefined) return wrong(node.key, 'lng')
        return lat === undefined ? wrong(node.key, 'lat') : { type: 'Point', coordinates: [lng, lat] }
      }
      case 'array':
        return node.items.map(read)
      case 'object':
        return readObject(node)
      case 'json':
        try {
          return JSON.parse(node.text)
        } catch {
          return wrong(node.key, 'json')
        }
    }
  }
  const readObject = ({ fields }: ObjectDraft) => {
    const seen = new Set<string>()
    const entries = fields.map(({ name, value }): [string, unknown] => {
      const item = read(value)
      const fault = seen.has(name) ? 'twice' : nameFault(name)
      if (fault !== undefined) wrong(value.key, fault)
      seen.add(name)
      return [name, item]
    })
    return Object.fromEntries(entries)
  }
  const value = read(draft)
  return faults.size === 0 ? { value } : { faults }
}

/** A number of degrees from -limit to limit. */
function degrees(text: string, limit: number): number | undefined {
  const value = numberFrom(text)
  return typeof value === 'number' && Math.abs(value) <= limit ? value : undefined
}

/** What is wrong with the name of a field. */
export function nameFault(name: string): Fault | undefined {
  if (name === '') return 'emptyName'
  return name.startsWith('$') || name.includes('.') || name.includes('\0') || name === '__proto__'
    ? 'badName'
    : undefined
}

/** The time of a typed date in milliseconds; undefined if it is not a date. */
export function timeOf(text: string): number | undefined {
  const at = Date.parse(text.trim())
  return Number.isNaN(at) ? undefined : at
}

/** A date in the format of the browser's date picker, in the user's time zone. Empty for years the picker lacks. */
export function pickerText(text: string): string {
  const at = timeOf(text)
  if (at === undefined) return ''
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString()
  return /^\d{4}-/.test(local) ? local.slice(0, -1) : ''
}

/** Converts a value to another kind, and keeps as much of it as possible. */
export function converted(draft: Draft, kind: Kind, now: number): Draft {
  const { key } = draft
  const text = 'text' in draft ? draft.text : ''
  switch (kind) {
    case 'text':
      return { key, kind, text: plainText(draft) }
    case 'file':
      return { key, kind, text: fileOf(text) === undefined ? 'cloud://' : text }
    case 'number':
      return { key, kind, text: numberFrom(text) === undefined ? '0' : text }
    case 'boolean':
      return { key, kind, value: text === 'true' || text === '1' }
    case 'null':
      return { key, kind }
    case 'date':
      return { key, kind, text: new Date(timeOf(text) ?? now).toISOString() }
    case 'point':
      return { key, kind, lng: '0', lat: '0' }
    case 'array':
      return draft.kind === 'null' ? { key, kind, items: [] } : { key, kind, items: [{ ...draft, key: newKey() }] }
    case 'object':
      return { key, kind, fields: [] }
    case 'json': {
      const { value } = meaningOf(draft) as { readonly value?: unknown }
      return { key, kind, text: JSON.stringify(value ?? null, null, 2) }
    }
  }
}

function plainText(draft: Draft): string {
  if ('text' in draft) return draft.text
  const { value } = meaningOf(draft) as { readonly value?: unknown }
  return value === null || value === undefined ? '' : JSON.stringify(value)
}

/** An empty value of the same kind, for a new element of an array. */
export function emptyLike(draft: Draft | undefined, now: number): Draft {
  return converted({ key: newKey(), kind: 'null' }, draft?.kind ?? 'text', now)
}
