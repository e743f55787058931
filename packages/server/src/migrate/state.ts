import { randomBytes } from 'node:crypto'
import type {
  Expectation,
  FeedCursor,
  PutWrite,
  RecordKey,
  Records,
  RecordWrite,
  StoredRecord,
} from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'
import { MigrationError } from './error.ts'
import type { Counts } from './progress.ts'
import { MIGRATION_SPACE } from './spaces.ts'

/** Says that the records are the target of an unfinished migration. */
interface TargetNote {
  readonly env: string
  /** Identifies the records of the source. */
  readonly source: string
  /** Identifies the target together with its store of bytes; what the mark of the store will say. */
  readonly store: string
  /** Random; another one for each process that works on it. */
  readonly run: string
}

/** How far the copy of a space is. */
interface SpaceNote {
  /** The id to go on with; absent when the space has been copied, and only its changes are followed. */
  readonly from?: string
}

/** Some spaces that are followed together. */
export interface Feed {
  readonly spaces: readonly string[]
  readonly cursor: FeedCursor
}

interface CountsNote {
  readonly done: Counts
  readonly total: Counts
}

export interface StateOptions {
  readonly records: Records
  readonly env: string
  readonly source: string
  /** Used when the migration is new. */
  readonly store: string
}

/**
 * The state of a migration, kept in the records of its target. A function whose name ends in `Note` changes it and returns
 * the write that stores the change; commit that together with what the change is about, and with `fence`.
 */
export interface MigrationState {
  readonly isNew: boolean
  readonly store: string
  /** No longer holds when another process has taken the migration over. */
  readonly fence: Expectation
  /** The spaces that have not been copied. */
  uncopied(): readonly string[]
  /** The id to go on with in a space; absent when it has been copied. */
  from(space: string): string | undefined
  readonly feeds: ReadonlyMap<string, Feed>
  readonly counts: CountsNote
  knows(space: string): boolean
  /** @param from absent when the space has been copied */
  spaceNote(space: string, from: string | undefined): PutWrite
  /** @param name absent for a new feed */
  feedNote(feed: Feed, name?: string): PutWrite
  countsNote(counts: CountsNote): PutWrite
  /** What removes the state: the end of the migration. */
  removal(): readonly RecordWrite[]
}

const TARGET: RecordKey = { space: MIGRATION_SPACE, id: 'target' }
const COUNTS: RecordKey = { space: MIGRATION_SPACE, id: 'counts' }
const SPACE_PREFIX = 'space:'
const FEED_PREFIX = 'feed:'
const PAGE = 500
const RUN_BYTES = 8
const NOTHING: Counts = { records: 0, files: 0, bytes: 0 }

/**
 * For everything that uses records without being a migration.
 *
 * @throws MigrationError when the records are the target of an unfinished migration
 */
export async function refuseUnfinished(records: Pick<Records, 'get'>): Promise<void> {
  if ((await records.get([TARGET]))[0] === undefined) return
  throw new MigrationError(
    'the records are the target of a migration that has not finished: repeat cloudstead migrate, which goes on where it ended',
  )
}

/** Reads what the target says about a migration into it; undefined when it says nothing. */
export async function readTarget(records: Records): Promise<TargetNote | undefined> {
  const [record] = await records.get([TARGET])
  return record && noteOf(record)
}

function noteOf(record: StoredRecord): TargetNote {
  return JSON.parse(record.value) as TargetNote
}

/** Begins a migration, or takes over the one that the target says it is in. Other processes that work on it fail then. */
export async function openState({ records, env, source, store }: StateOptions): Promise<MigrationState> {
  const run = randomBytes(RUN_BYTES).toString('hex')
  const [seen] = await records.get([TARGET])
  const note: TargetNote = { ...(seen ? noteOf(seen) : { env, source, store }), run }
  const { done } = await records.commit([putNote(TARGET, note)], [{ ...TARGET, version: seen?.version ?? null }])
  const [target] = await records.get([TARGET])
  if (!done || target === undefined || noteOf(target).run !== run) throw takenOver()
  const spaces = new Map<string, string | undefined>()
  const feeds = new Map<string, Feed>()
  let counts: CountsNote = { done: NOTHING, total: NOTHING }
  for await (const page of walkPages(records, { space: MIGRATION_SPACE, limit: PAGE })) {
    for (const { id, value } of page) {
      const stored = JSON.parse(value) as unknown
      if (id.startsWith(SPACE_PREFIX)) spaces.set(id.slice(SPACE_PREFIX.length), (stored as SpaceNote).from)
      else if (id.startsWith(FEED_PREFIX)) feeds.set(id.slice(FEED_PREFIX.length), stored as Feed)
      else if (id === COUNTS.id) counts = stored as CountsNote
    }
  }
  return {
    isNew: seen === undefined,
    store: note.store,
    fence: { ...TARGET, version: target.version },
    uncopied: () => [...spaces].filter(([, from]) => from !== undefined).map(([space]) => space),
    from: (space) => spaces.get(space),
    feeds,
    get counts() {
      return counts
    },
    knows: (space) => spaces.has(space),
    spaceNote(space, from) {
      spaces.set(space, from)
      return putNote({ ...TARGET, id: SPACE_PREFIX + space }, from === undefined ? {} : { from })
    },
    feedNote(feed, name = String(feeds.size)) {
      feeds.set(name, feed)
      return putNote({ ...TARGET, id: FEED_PREFIX + name }, feed)
    },
    countsNote(next) {
      counts = next
      return putNote(COUNTS, next)
    },
    removal() {
      const ids = [
        ...[...spaces.keys()].map((space) => SPACE_PREFIX + space),
        ...[...feeds.keys()].map((name) => FEED_PREFIX + name),
        COUNTS.id,
        TARGET.id,
      ]
      return ids.map((id) => ({ op: 'delete', space: MIGRATION_SPACE, id }))
    },
  }
}

export function takenOver(): MigrationError {
  return new MigrationError('another cloudstead migrate has taken over this migration')
}

function putNote(key: RecordKey, value: TargetNote | SpaceNote | Feed | CountsNote): PutWrite {
  return { op: 'put', ...key, value: JSON.stringify(value), entries: [] }
}
