import type { DatabaseSync } from 'node:sqlite'
import { checkLimit, checkSpaces } from '../checks.ts'
import { feedCursor, readFeedCursor } from '../cursor.ts'
import type { FeedCursor, FeedRequest, FeedResult, RecordChange, WaitRequest } from '../records.ts'
import { CHANGE_PUT } from './feed-recorder.ts'
import { feedWaiters } from './feed-waiters.ts'

export interface SqliteFeedOptions {
  /** The reading connection. */
  readonly db: DatabaseSync
  /** Has the writer follow these spaces; resolves to the version from which it does. */
  readonly follow: (spaces: readonly string[]) => Promise<number>
  /** How long a space stays followed after it was last read, in ms. */
  readonly followMs: number
}

/** The reading side of the change feed. The writers record the changes (feed-recorder.ts). */
export interface SqliteFeed {
  changes(request: FeedRequest): Promise<FeedResult>
  wait(request: WaitRequest): Promise<void>
  /** Ends the waits for these spaces. */
  wake(spaces: readonly string[]): void
  /** Rejects all waits. */
  close(): void
}

/** What the feed has for some spaces after a position, in one snapshot. */
type Look =
  | { readonly truncated: true }
  | {
      readonly truncated: false
      readonly changes: readonly RecordChange[]
      /** The newest version in the snapshot. */
      readonly version: number
      /** When the first of the spaces expires, in ms since the epoch. */
      readonly expires: number
    }

/** A read renews its spaces when less than this fraction of `followMs` is left, */
const RENEW_AT = 0.5
/** and a wait ends after this fraction of it, so that the next read comes well before the spaces expire. */
const WAIT_AT_MOST = 0.25

const POSITION_BYTES = 8

/** Makes the feed. A position is the version of the newest write that was seen; later writes have larger ones. */
export function sqliteFeed({ db, follow, followMs }: SqliteFeedOptions): SqliteFeed {
  const begin = db.prepare('BEGIN')
  const commit = db.prepare('COMMIT')
  const newest = db.prepare('SELECT version FROM counters')
  const store = db.prepare('SELECT store FROM counters').get()?.store as Uint8Array
  /** By the number of spaces; bounded by MAX_FEED_SPACES. */
  const statements = new Map<number, ReturnType<typeof prepare>>()
  const waiters = feedWaiters(db, followMs * WAIT_AT_MOST)

  function prepare(spaces: number) {
    const list = Array.from({ length: spaces }, () => '?').join()
    return {
      feeds: db.prepare(
        `SELECT count(*) AS count, max(since) AS since, min(expires) AS expires FROM feeds WHERE space IN (${list})`,
      ),
      changes: db.prepare(`SELECT version, op, space, id FROM feed_changes
        WHERE version > ? AND space IN (${list}) ORDER BY version LIMIT ?`),
    }
  }

  function prepared(spaces: number) {
    const known = statements.get(spaces) ?? prepare(spaces)
    statements.set(spaces, known)
    return known
  }

  /** The version in a cursor; undefined for a cursor of another store. */
  function versionIn(cursor: FeedCursor): number | undefined {
    const { store: other, position } = readFeedCursor(cursor)
    const isOurs = Buffer.compare(other, store) === 0 && position.length === POSITION_BYTES
    return isOurs ? Number(Buffer.from(position).readBigUInt64BE()) : undefined
  }

  function cursorOf(version: number): FeedCursor {
    const position = Buffer.alloc(POSITION_BYTES)
    position.writeBigUInt64BE(BigInt(version))
    return feedCursor({ store, position })
  }

  function look(spaces: readonly string[], after: number | undefined, limit: number): Look {
    if (after === undefined) return { truncated: true }
    const { feeds, changes } = prepared(spaces.length)
    begin.run()
    try {
      const { version } = newest.get() as { readonly version: number }
      const followed = feeds.get(...spaces) as {
        readonly count: number
        readonly since: number
        readonly expires: number
      }
      // A version above the newest belongs to another history, such as the one before a backup was restored.
      if (followed.count < spaces.length || after < followed.since || after > version) return { truncated: true }
      const rows = changes.all(after, ...spaces, limit) as unknown as ChangeRow[]
      return { truncated: false, changes: rows.map(toChange), version, expires: followed.expires }
    } finally {
      commit.run()
    }
  }

  return {
    async changes(request) {
      checkSpaces(request)
      checkLimit(request.limit)
      const { after, limit } = request
      const spaces = [...new Set(request.spaces)]
      const found = look(spaces, after === undefined ? undefined : versionIn(after), limit)
      if (found.truncated) {
        return { changes: [], next: cursorOf(await follow(spaces)), truncated: after !== undefined }
      }
      const { changes, version, expires } = found
      if (expires - Date.now() < followMs * RENEW_AT) await follow(spaces)
      const last = changes.length === limit ? changes.at(-1) : undefined
      return { changes, next: cursorOf(last?.version ?? version), truncated: false }
    },
    async wait(request) {
      checkSpaces(request)
      const { after, signal } = request
      const version = versionIn(after)
      signal?.throwIfAborted()
      const spaces = new Set(request.spaces)
      await waiters.wait(spaces, signal, () => {
        const found = look([...spaces], version, 1)
        return found.truncated || found.changes.length > 0 ? undefined : found.version
      })
    },
    wake: waiters.wake,
    close: waiters.close,
  }
}

interface ChangeRow {
  readonly version: number
  readonly op: number
  readonly space: string
  readonly id: string
}

function toChange({ version, op, space, id }: ChangeRow): RecordChange {
  return { op: op === CHANGE_PUT ? 'put' : 'delete', space, id, version }
}
