import type { Expectation, IndexEntry, PutWrite, RecordKey, Records, RecordWrite } from '../engines/records/records.ts'
import { takenOver } from './state.ts'

export interface TargetWriterOptions {
  readonly records: Records
  /** Holds as long as no other process has taken the migration over. */
  readonly fence: Expectation
}

/**
 * Writes records of the source to the target, in any order. The source is read record by record while it changes, so
 * the copy of one record may hold a unique key that another one has taken over meanwhile. The former holder is then removed
 * from the target: it has changed in the source after it was copied, so it is copied again.
 *
 * @param notes written together with the last of the writes
 * @throws MigrationError when another process has taken the migration over
 */
export type TargetWriter = (writes: readonly RecordWrite[], notes: readonly RecordWrite[]) => Promise<void>

export function targetWriter({ records, fence }: TargetWriterOptions): TargetWriter {
  /** Resolves to the refused write, with the name of the index. */
  async function commit(writes: readonly RecordWrite[]): Promise<(RecordKey & { readonly index: string }) | undefined> {
    const result = await records.commit(writes, [fence])
    if (result.done) return undefined
    if (result.reason === 'conflict') throw takenOver()
    return { ...result.key, index: result.index }
  }

  async function holderOf(write: PutWrite, index: string, but: readonly RecordKey[]): Promise<RecordKey> {
    for (const { key } of write.entries.filter((entry) => isUniqueIn(entry, index))) {
      const bound = { key, inclusive: true }
      const request = { space: write.space, index, ranges: [{ from: bound, to: bound }], limit: 2, values: false }
      const found = await records.find(request)
      const holder = found.records.find(({ id }) => id !== write.id && !but.some((known) => known.id === id))
      if (holder) return { space: holder.space, id: holder.id }
    }
    throw new Error(`the unique index ${index} of ${write.space} refuses a record for no reason`)
  }

  async function writeOne(write: RecordWrite): Promise<void> {
    const displaced: RecordKey[] = []
    for (;;) {
      const refused = await commit([...displaced.map((key) => ({ op: 'delete', ...key }) as const), write])
      if (refused === undefined || write.op === 'delete') return
      displaced.push(await holderOf(write, refused.index, displaced))
    }
  }

  return async (writes, notes) => {
    const all = [...writes, ...notes]
    if (all.length === 0 || (await commit(all)) === undefined) return
    for (const write of writes) await writeOne(write)
    await commit(notes)
  }
}

function isUniqueIn(entry: IndexEntry, index: string): boolean {
  return entry.unique === true && entry.index === index
}
