import { type EntryList, uniqueEntries } from '../entry-list.ts'
import type { IndexEntry, RecordKey } from '../records.ts'
import type { StoredKey } from './bytes.ts'
import type { Job, Outcome, QueuedKey, QueuedWrite } from './jobs.ts'

/** A record in the middle of a batch. */
export interface RecordState extends QueuedKey, StoredKey {
  /** Whether the table has a row for it, of a record or a deleted one. */
  readonly hasRow: boolean
  /** 0 without a row. */
  readonly version: number
  /** Absent when the record is deleted or never was. */
  readonly value?: string | undefined
  readonly live: boolean
  readonly entries: EntryList
}

/** A record that the batch has changed. */
export interface ChangedRecord {
  readonly before: RecordState
  readonly after: RecordState
}

/** A unique key whose holder has changed. */
export interface ChangedHolder {
  readonly space: string
  readonly index: string
  readonly key: Uint8Array
  readonly before: string | undefined
  readonly after: string | undefined
}

export interface Change extends RecordKey {
  readonly op: 'put' | 'delete'
  readonly version: number
}

/** What is known when a batch is judged. All of it is locked until the batch is committed. */
export interface BatchState {
  /**
   * By `keyText`: every record that is written or expected, also those that do not exist. First those that are written, in
   * the order of their keys.
   */
  readonly records: ReadonlyMap<string, RecordState>
  /** By `uniqueText`: the holders of the unique keys that are written. */
  readonly holders: ReadonlyMap<string, string>
  /** Every version that the batch makes is larger. */
  readonly version: number
}

export interface Judgement {
  /** One for each job, in the same order. */
  readonly outcomes: readonly Outcome[]
  /** In the order of `BatchState.records`. */
  readonly records: readonly ChangedRecord[]
  readonly holders: readonly ChangedHolder[]
  /** In the order of their versions. */
  readonly changes: readonly Change[]
  /** The newest version that was made, or the given one. */
  readonly version: number
}

/** A text that is equal for the same key of the same unique index only. */
export function uniqueText(space: string, { index, key }: IndexEntry): string {
  return `${space.length}:${space}${index.length}:${index}${Buffer.from(key).toString('latin1')}`
}

/** Reads with the changes of a commit on top of those before it; `undo` forgets them. */
class Layered<T> {
  readonly #base: Map<string, T | undefined>
  #undo: (readonly [string, T | undefined])[] = []

  constructor(base: ReadonlyMap<string, T>) {
    this.#base = new Map(base)
  }

  get(key: string): T | undefined {
    return this.#base.get(key)
  }

  set(key: string, value: T | undefined): void {
    this.#undo.push([key, this.#base.get(key)])
    this.#base.set(key, value)
  }

  keep(): void {
    this.#undo = []
  }

  undo(): void {
    for (const [key, value] of this.#undo.reverse()) this.#base.set(key, value)
    this.#undo = []
  }

  entries(): Iterable<[string, T | undefined]> {
    return this.#base.entries()
  }
}

/**
 * Decides about the commits of a batch in memory. Each is judged on its own, in order, on top of those before it; one that
 * fails does not fail the others.
 */
export function judge(jobs: readonly Job[], state: BatchState): Judgement {
  const uniques = new Map<string, IndexEntry & { readonly space: string }>()
  const holdersBefore = new Map(state.holders)
  for (const record of state.records.values()) {
    for (const [text, entry] of uniquesOf(record)) {
      uniques.set(text, { ...entry, space: record.space })
      holdersBefore.set(text, record.id)
    }
  }
  const records = new Layered(state.records)
  const holders = new Layered(holdersBefore)
  let { version } = state
  let changes: Change[] = []

  const current = ({ text }: QueuedKey): RecordState => {
    const record = records.get(text)
    if (!record) throw new Error('a batch was judged without one of its records')
    return record
  }

  /** Returns the name of the unique index that refuses the write. */
  function write(queued: QueuedWrite): string | undefined {
    const { space, id, value, entries } = queued
    const before = current(queued)
    const live = value !== undefined
    if (!live && !before.live) return undefined
    const wanted = uniquesOf({ space, entries })
    for (const [text, entry] of wanted) {
      const holder = holders.get(text)
      if (holder !== undefined && holder !== id) return entry.index
      uniques.set(text, { ...entry, space })
    }
    for (const text of uniquesOf(before).keys()) holders.set(text, undefined)
    for (const text of wanted.keys()) holders.set(text, id)
    version = Math.max(version, before.version) + 1
    records.set(before.text, { ...before, version, live, value, entries })
    changes.push({ op: live ? 'put' : 'delete', space, id, version })
    return undefined
  }

  function judgeOne({ writes, expectations }: Job): Outcome {
    const keys = expectations
      .filter((seen) => {
        const { live, version: actual } = current(seen)
        return (live ? actual : null) !== seen.version
      })
      .map(({ space, id }) => ({ space, id }))
    if (keys.length > 0) return { done: false, reason: 'conflict', keys }
    const [made, count] = [version, changes.length]
    for (const one of writes) {
      const index = write(one)
      if (index === undefined) continue
      records.undo()
      holders.undo()
      version = made
      changes = changes.slice(0, count)
      return { done: false, reason: 'duplicate', key: { space: one.space, id: one.id }, index }
    }
    records.keep()
    holders.keep()
    return { done: true }
  }

  const outcomes = jobs.map(judgeOne)
  const changedRecords: ChangedRecord[] = []
  for (const [text, after] of records.entries()) {
    const before = state.records.get(text)
    if (before && after && before !== after) changedRecords.push({ before, after })
  }
  const changedHolders: ChangedHolder[] = []
  for (const [text, after] of holders.entries()) {
    const before = holdersBefore.get(text)
    const unique = uniques.get(text)
    if (unique && before !== after) changedHolders.push({ ...unique, before, after })
  }
  return { outcomes, records: changedRecords, holders: changedHolders, changes, version }
}

const NO_UNIQUES: ReadonlyMap<string, IndexEntry> = new Map()

/** The unique entries of a list, by `uniqueText`. */
function uniquesOf({ space, entries }: Pick<RecordState, 'space' | 'entries'>): ReadonlyMap<string, IndexEntry> {
  const all = uniqueEntries(entries)
  return all.length === 0 ? NO_UNIQUES : new Map(all.map((entry) => [uniqueText(space, entry), entry]))
}
