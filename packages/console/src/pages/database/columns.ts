/** Which columns a table of documents has. Pure. */
import type { StoredDocument } from '@cloudstead/admin-api'
import { type Kind, kindOf } from './values.ts'

/** Columns that are shown until somebody chooses; more are hard to take in. */
const SHOWN_AT_FIRST = 12

/** The fields of documents in the order in which they come up: `_id` first, `_openid` last. */
export function fieldsOf(documents: readonly StoredDocument[]): readonly string[] {
  const names = new Set(['_id'])
  for (const { document } of documents) for (const name of Object.keys(document)) names.add(name)
  const owned = names.delete('_openid')
  return [...names, ...(owned ? ['_openid'] : [])]
}

/** Rows by whose values the width of a column is chosen; later ones do not move what is being read. */
const MEASURED = 20
const WIDTHS: Readonly<Record<Kind, number>> = {
  null: 112,
  boolean: 112,
  number: 112,
  date: 192,
  text: 176,
  file: 208,
  point: 144,
  array: 208,
  object: 208,
  json: 208,
}
const ID_WIDTH = 200

/** Pixels that a column has at least. */
export function columnWidth(documents: readonly StoredDocument[], name: string): number {
  if (name === '_id') return ID_WIDTH
  const values = documents.slice(0, MEASURED).map(({ document }) => document[name])
  return Math.max(WIDTHS.null, ...values.map((value) => WIDTHS[kindOf(value)]))
}

/** What the reader chose for a collection: the fields that are shown or hidden by choice. */
export type ColumnChoice = Readonly<Record<string, boolean>>

/** The fields that have a column. `_id` always has one. */
export function shownFields(fields: readonly string[], choice: ColumnChoice): readonly string[] {
  return fields.filter((name, at) => name === '_id' || (choice[name] ?? at < SHOWN_AT_FIRST))
}

const KEY = 'cloudstead.columns.'

export function choiceKey(collection: string): string {
  return KEY + collection
}

/** A choice as it was kept; whatever else is there counts as none. */
export function readChoice(text: string | null): ColumnChoice {
  try {
    const kept: unknown = JSON.parse(text ?? '{}')
    const entries = Object.entries(kept ?? {}).filter(
      (entry): entry is [string, boolean] => typeof entry[1] === 'boolean',
    )
    return Object.fromEntries(entries)
  } catch {
    return {}
  }
}
