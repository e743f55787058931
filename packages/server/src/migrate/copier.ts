import type { Blobs } from '../engines/blobs/blobs.ts'
import {
  type DumpedRecord,
  keyText,
  type RecordChange,
  type RecordKey,
  type Records,
  type RecordWrite,
} from '../engines/records/records.ts'
import { namedBlob } from '../storage/named-blob.ts'
import { filesAsBlobOwner } from '../storage/store.ts'
import { copyBlob } from './copy-blob.ts'
import { inParallel } from './in-parallel.ts'
import { add, type Counts } from './progress.ts'
import { readOne, recordDifferences } from './record-differences.ts'
import { isCopied } from './spaces.ts'
import type { Feed, MigrationState } from './state.ts'
import { targetWriter } from './target-writer.ts'

/** The two engines of an environment. */
export interface Side {
  readonly records: Records
  readonly blobs: Blobs
}

export interface CopierOptions {
  readonly source: Side
  readonly target: Side
  readonly state: MigrationState
  /** Called after each step of the copy; the next one waits for it. */
  readonly onStep: () => Promise<void>
}

/** Copies the records of an environment, and the bytes that they name, while servers go on changing them. */
export interface Copier {
  /** Follows the spaces that have come up since the last call, from now on. Their records have to be copied then. */
  findSpaces(): Promise<void>
  /** Copies what has not been copied yet. */
  copy(): Promise<void>
  /** Copies the changes since the last call again. Resolves to their number. */
  follow(): Promise<number>
}

/** Few enough files that the feed is read again in time, however slow the stores are. */
const PAGE = { limit: 100, maxBytes: 4 * 1024 * 1024 } as const
/** Spaces that are followed together. */
const SPACES_PER_FEED = 500
const CHANGES = 500
/** Values being read at once; each may have 16 MiB. */
const READS = 8
/** Bytes of values and entries in one commit, unless one record has more. */
const COMMIT_BYTES = 4 * 1024 * 1024
/** Bytes being copied at once. A store on another machine takes some milliseconds for each. */
const BLOBS = 8
/** A cursor of the feed is stored this often when nothing has changed, because it does not stay good for ever. */
const CURSOR_STORED_AFTER_MS = 60_000

export function createCopier({ source, target, state, onStep }: CopierOptions): Copier {
  const write = targetWriter({ records: target.records, fence: state.fence })
  const owner = filesAsBlobOwner(target.records)
  const storedAt = new Map<string, number>()

  /**
   * Copies the bytes that records name, so that they are there before the records. Bytes that are gone were replaced after
   * the record was read: then the record is left out, because its change follows.
   */
  async function withBytes(records: readonly DumpedRecord[]): Promise<readonly DumpedRecord[]> {
    const named = new Map(records.flatMap((record) => namedBlob(record) ?? []).map((blob) => [blob.blob, blob]))
    const gone = new Set<string>()
    await inParallel(named.values(), BLOBS, async (blob) => {
      const isThere = (await owner.needs(blob.blob)) || (await copyBlob(source.blobs, target.blobs, blob))
      if (!isThere) gone.add(blob.blob)
    })
    if (gone.size === 0) return records
    const kept: DumpedRecord[] = []
    for (const record of records) {
      // The bytes of a record that has not changed are lost in the source too.
      const isOutdated =
        gone.has(namedBlob(record)?.blob ?? '') && (await readOne(source.records, record))?.version !== record.version
      if (!isOutdated) kept.push(record)
    }
    return kept
  }

  async function put(records: readonly DumpedRecord[], deletes: readonly RecordKey[], notes: readonly RecordWrite[]) {
    const puts = (await withBytes(records)).map(
      ({ space, id, value, entries }) => ({ op: 'put', space, id, value, entries }) as const,
    )
    await write([...deletes.map(({ space, id }) => ({ op: 'delete', space, id }) as const), ...puts], notes)
  }

  async function copySpace(space: string): Promise<void> {
    for (let from = state.from(space); from !== undefined; from = state.from(space)) {
      const page = await source.records.dump({ space, from, ...PAGE })
      const range = { space, from, ...(page.next === undefined ? {} : { to: page.next }) }
      for await (const { missing, extra } of recordDifferences(page.records, target.records, range)) {
        await put(missing, extra, [])
      }
      const done = add(state.counts.done, countsOf(page.records))
      await write([], [state.spaceNote(space, page.next), state.countsNote({ ...state.counts, done })])
      await onStep()
    }
  }

  async function applyChanges(changes: readonly RecordChange[], note: RecordWrite): Promise<void> {
    const keys = [...new Map(changes.map((change) => [keyText(change), change])).values()]
    let records: DumpedRecord[] = []
    let deletes: RecordKey[] = []
    for (let at = 0; at < keys.length; at += READS) {
      const chunk = keys.slice(at, at + READS)
      const found = await Promise.all(chunk.map((key) => readOne(source.records, key)))
      records.push(...found.filter((record) => record !== undefined))
      deletes.push(...chunk.filter((_, index) => found[index] === undefined))
      if (sizeOf(records) < COMMIT_BYTES) continue
      await put(records, deletes, [])
      records = []
      deletes = []
    }
    await put(records, deletes, [note])
  }

  async function followOne(name: string, { spaces, cursor }: Feed): Promise<number> {
    let count = 0
    for (let after = cursor; ; ) {
      const { changes, next, truncated } = await source.records.changes({ spaces, after, limit: CHANGES })
      after = next
      if (truncated) {
        await write(
          [],
          [state.feedNote({ spaces, cursor: next }, name), ...spaces.map((space) => state.spaceNote(space, ''))],
        )
        return count + 1
      }
      const isDue = performance.now() - (storedAt.get(name) ?? 0) > CURSOR_STORED_AFTER_MS
      if (changes.length > 0 || isDue) {
        await applyChanges(changes, state.feedNote({ spaces, cursor: next }, name))
        storedAt.set(name, performance.now())
      }
      count += changes.length
      if (changes.length < CHANGES) return count
    }
  }

  return {
    async findSpaces() {
      const found = (await source.records.spaces()).filter((space) => isCopied(space) && !state.knows(space))
      for (let at = 0; at < found.length; at += SPACES_PER_FEED) {
        const spaces = found.slice(at, at + SPACES_PER_FEED)
        const { next } = await source.records.changes({ spaces, limit: 1 })
        await write(
          [],
          [state.feedNote({ spaces, cursor: next }), ...spaces.map((space) => state.spaceNote(space, ''))],
        )
      }
    },
    async copy() {
      for (const space of state.uncopied()) await copySpace(space)
    },
    async follow() {
      let count = 0
      for (const [name, feed] of [...state.feeds]) count += await followOne(name, feed)
      return count
    },
  }
}

function countsOf(records: readonly DumpedRecord[]): Counts {
  const named = records.map(namedBlob).filter((blob) => blob !== undefined)
  return { records: records.length, files: named.length, bytes: named.reduce((sum, { size }) => sum + size, 0) }
}

function sizeOf(records: readonly DumpedRecord[]): number {
  let bytes = 0
  for (const { value, entries } of records) {
    bytes += value.length
    for (const { key } of entries) bytes += key.length
  }
  return bytes
}
