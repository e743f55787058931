/** The values saved in the Console, as records: one for each key, and one for the position of the history. */
import { createHash, randomBytes } from 'node:crypto'
import { CloudsteadError } from '@cloudstead/protocol'
import { SECRET_TEXT } from '../config/describe.ts'
import { SECRET_KEY } from '../config/keys.ts'
import type { SavedValue } from '../config/layers.ts'
import type { Expectation, RecordKey, Records, RecordWrite } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { walkPages } from '../engines/records/walk.ts'
import { type Change, recordChanges } from './history.ts'

const VALUES = 'console:settings'
const STATE = 'console:settings-state'
/** Every commit of this service expects and writes it, so commits are in sequence, also those of other processes. */
export const HEAD: RecordKey = { space: STATE, id: 'head' }
/** The values of the configuration file when it was last recorded. */
const FILE: RecordKey = { space: STATE, id: 'file' }
/** Values per page while they are loaded. */
const PAGE = 500
/** A rules text has up to 100,000 characters; a page of them must fit into memory several times. */
const PAGE_BYTES = 4 * 1024 * 1024
const SALT_BYTES = 16

interface StoredValue extends SavedValue {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly by: string
  /** Grows with each save of this key. */
  readonly version: number
}

/** All saved values, as of one moment. */
export interface LoadedValues {
  /** In the order in which they were saved. */
  readonly values: ReadonlyMap<string, StoredValue>
  /** The number of the newest change. */
  readonly changes: number
  /** Version of the head record; null before the first change. */
  readonly version: number | null
}

/** A value to save for a key, or undefined to delete the saved value. */
interface NewValue {
  readonly key: string
  readonly text: string | undefined
}

/** The values of the configuration file by their keys, as text; a salted hash in place of a secret. */
interface SeenFile {
  readonly salt: string
  readonly values: Readonly<Record<string, string>>
}

/** Reads all saved values. @throws CloudsteadError SERVER_BUSY */
export function loadValues(records: Records): Promise<LoadedValues> {
  const attempt = async () => {
    const before = await readHead(records)
    const values = await allValues(records)
    const { version, changes } = await readHead(records)
    // If another process saved something in between, the values may be from two moments.
    return version === before.version ? { values, changes, version } : CONFLICT
  }
  return retryOnConflict<LoadedValues>(attempt, { exhausted: () => new CloudsteadError('SERVER_BUSY') })
}

async function readHead(records: Records): Promise<Omit<LoadedValues, 'values'>> {
  const [head] = await records.get([HEAD])
  if (head === undefined) return { changes: 0, version: null }
  return { ...(JSON.parse(head.value) as { readonly changes: number }), version: head.version }
}

async function allValues(records: Records): Promise<ReadonlyMap<string, StoredValue>> {
  const found: StoredValue[] = []
  for await (const page of walkPages(records, { space: VALUES, limit: PAGE, maxBytes: PAGE_BYTES })) {
    for (const { id, value, version } of page) {
      found.push({ ...(JSON.parse(value) as Omit<StoredValue, 'key' | 'version'>), key: id, version })
    }
  }
  const ordered = found.sort((a, b) => a.at - b.at)
  return new Map(ordered.map((value) => [value.key, value]))
}

/**
 * Saves or deletes a value and records the change in the history, in one commit. Resolves to false when `loaded` is out
 * of date.
 */
export async function commitValue(
  records: Records,
  loaded: LoadedValues,
  { key, text }: NewValue,
  who: Pick<Change, 'at' | 'by'>,
): Promise<boolean> {
  const record: RecordKey = { space: VALUES, id: key }
  const write: RecordWrite =
    text === undefined
      ? { op: 'delete', ...record }
      : { op: 'put', ...record, value: JSON.stringify({ text, ...who }), entries: [] }
  const shown = (value: string | undefined) => (value === undefined ? null : key === SECRET_KEY ? SECRET_TEXT : value)
  const change = { ...who, key, before: shown(loaded.values.get(key)?.text), after: shown(text) }
  return commitChanges(records, loaded, [change], [write])
}

/**
 * Records the edits of the configuration file since it was last recorded. The first time, there is nothing to compare
 * with. Resolves to false as `commitValue` does.
 */
export async function commitFile(
  records: Records,
  loaded: LoadedValues,
  written: ReadonlyMap<string, string>,
  at: number,
): Promise<boolean> {
  const [record] = await records.get([FILE])
  const seen = record === undefined ? undefined : (JSON.parse(record.value) as SeenFile)
  const salt = seen?.salt ?? randomBytes(SALT_BYTES).toString('base64url')
  const values = Object.fromEntries(
    [...written].map(([key, text]) => [key, key === SECRET_KEY ? hashed(salt, text) : text]),
  )
  const before = new Map(Object.entries(seen?.values ?? values))
  const after = new Map(Object.entries(values))
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key))
  if (keys.length === 0 && seen !== undefined) return true
  const shown = (key: string, text: string | undefined) =>
    text === undefined ? null : key === SECRET_KEY ? SECRET_TEXT : text
  const changes = keys.map((key) => ({
    at,
    by: 'file',
    key,
    before: shown(key, before.get(key)),
    after: shown(key, after.get(key)),
  }))
  const put: RecordWrite = { op: 'put', ...FILE, value: JSON.stringify({ salt, values }), entries: [] }
  return commitChanges(records, loaded, changes, [put])
}

async function commitChanges(
  records: Records,
  loaded: LoadedValues,
  changes: readonly Change[],
  writes: readonly RecordWrite[],
): Promise<boolean> {
  const history = await recordChanges(records, changes, loaded.changes + 1)
  const head = JSON.stringify({ changes: loaded.changes + changes.length })
  const expected: Expectation = { ...HEAD, version: loaded.version }
  const result = await records.commit(
    [...writes, ...history, { op: 'put', ...HEAD, value: head, entries: [] }],
    [expected],
  )
  return result.done
}

function hashed(salt: string, secret: string): string {
  return createHash('sha256').update(salt).update(secret).digest('base64url')
}
