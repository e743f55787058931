import type { DatabaseSync } from 'node:sqlite'

/** The values of `feed_changes.op`. */
export const CHANGE_PUT = 1
export const CHANGE_DELETE = 2

export interface FeedOptions {
  /** At least this many changes stay in the feed. */
  readonly changesKept: number
  /** How long a space stays followed after it was last read, in ms. */
  readonly followMs: number
}

/** The part of the writer that records the changes of followed spaces. */
export interface FeedRecorder {
  /** Call it at the start of a transaction, with `counters.feeds`. */
  begin(feeds: number): void
  record(op: number, space: string, id: string, version: number): void
  /** Follows spaces from this version on, or renews those that are followed already. */
  follow(spaces: readonly string[], version: number): void
  /** Call it at the end of a transaction. Returns the spaces of the recorded changes. */
  end(): readonly string[]
  /** Call it after a transaction was rolled back. */
  forget(): void
}

/** Old changes are dropped after this fraction of `changesKept` was added, so that most commits drop none. */
const TRIM_AT = 0.1

/**
 * Makes the recorder of a writing connection. It caches which spaces are followed, by this process or another, and reads
 * them again when `counters.feeds` has changed. A commit to a space that is not followed writes nothing here.
 */
export function feedRecorder(db: DatabaseSync, { changesKept, followMs }: FeedOptions): FeedRecorder {
  const statements = {
    followed: db.prepare('SELECT space, expires FROM feeds'),
    follow: db.prepare(`INSERT INTO feeds (space, since, expires) VALUES (?, ?, ?)
      ON CONFLICT (space) DO UPDATE SET expires = max(expires, excluded.expires)`),
    expire: db.prepare('DELETE FROM feeds WHERE expires <= ?'),
    dropUnfollowed: db.prepare('DELETE FROM feed_changes WHERE space NOT IN (SELECT space FROM feeds)'),
    noteFeeds: db.prepare('UPDATE counters SET feeds = feeds + 1 WHERE one = 1'),
    add: db.prepare('INSERT INTO feed_changes (version, op, space, id) VALUES (?, ?, ?, ?)'),
    firstTooOld: db.prepare('SELECT version FROM feed_changes ORDER BY version DESC LIMIT 1 OFFSET ?'),
    noteTrim: db.prepare(`UPDATE feeds SET since = ?1 WHERE since < ?1
      AND space IN (SELECT space FROM feed_changes WHERE version <= ?1)`),
    trim: db.prepare('DELETE FROM feed_changes WHERE version <= ?'),
  }
  const trimStep = Math.ceil(changesKept * TRIM_AT)
  let followed = new Set<string>()
  /** The value of `counters.feeds` when `followed` was read. */
  let known: number | undefined
  /** When the first of the followed spaces may expire. */
  let expires = Number.POSITIVE_INFINITY
  /** Changes since the last trim. The first change trims, because another process may have left too many. */
  let untrimmed = trimStep
  let changed = new Set<string>()

  function load(): void {
    const rows = statements.followed.all() as unknown as { readonly space: string; readonly expires: number }[]
    followed = new Set(rows.map(({ space }) => space))
    expires = Math.min(...rows.map((row) => row.expires))
  }

  function noteFeeds(): void {
    statements.noteFeeds.run()
    if (known !== undefined) known += 1
  }

  function dropExpired(): void {
    if (statements.expire.run(Date.now()).changes === 0) return
    statements.dropUnfollowed.run()
    noteFeeds()
  }

  function trim(): void {
    untrimmed = 0
    const version = statements.firstTooOld.get(changesKept)?.version
    if (version === undefined) return
    // Spaces without dropped changes stay complete.
    statements.noteTrim.run(version)
    statements.trim.run(version)
  }

  return {
    begin(feeds) {
      changed = new Set()
      if (feeds !== known) {
        known = feeds
        load()
      }
      if (Date.now() < expires) return
      dropExpired()
      load()
    },
    record(op, space, id, version) {
      if (!followed.has(space)) return
      statements.add.run(version, op, space, id)
      changed.add(space)
      untrimmed += 1
    },
    follow(spaces, version) {
      const until = Date.now() + followMs
      for (const space of spaces) statements.follow.run(space, version, until)
      if (spaces.some((space) => !followed.has(space))) noteFeeds()
      load()
    },
    end() {
      if (changed.size > 0 && untrimmed >= trimStep) trim()
      return [...changed]
    },
    forget() {
      known = undefined
    },
  }
}
