/** The columns of a table of documents. Pure. */
import type { StoredDocument } from '@cloudstead/admin-api'
import { type Kind, kindOf } from './values.ts'

/** Columns that are shown by default. */
const DEFAULT_COLUMNS = 12

/** The fields of some documents in the order of their appearance, with `_id` first and `_openid` last. */
export function fieldsOf(documents: readonly StoredDocument[]): readonly string[] {
  const names = new Set(['_id'])
  for (const { document } of documents) for (const name of Object.keys(document)) names.add(name)
  const owned = names.delete('_openid')
  return [...names, ...(owned ? ['_openid'] : [])]
}

/** The rows that decide the width of a column, so that later pages do not move the columns. */
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
/** A name and an openid. */
const OWNER_WIDTH = 240

/** The minimum width of a column in pixels. */
export function columnWidth(documents: readonly StoredDocument[], name: string): number {
  if (name === '_id') return ID_WIDTH
  if (name === '_openid') return OWNER_WIDTH
  const values = documents.slice(0, MEASURED).map(({ document }) => document[name])
  return Math.max(WIDTHS.null, ...values.map((value) => WIDTHS[kindOf(value)]))
}

/** The fields that the user chose to show or hide. */
export type ColumnChoice = Readonly<Record<string, boolean>>

/** The fields that have a column. `_id` always has one. */
export function shownFields(fields: readonly string[], choice: ColumnChoice): readonly string[] {
  return fields.filter((name, at) => name === '_id' || (choice[name] ?? at < DEFAULT_COLUMNS))
}

const KEY = 'cloudstead.columns.'

export function choiceKey(collection: string): string {
  return KEY + collection
}

/** Reads a stored choice. Invalid values are ignored. */
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
