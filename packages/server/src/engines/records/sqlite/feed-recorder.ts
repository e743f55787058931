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

/** The part of the writer that records the changes of the spaces that are followed. */
export interface FeedRecorder {
  /** To be called at the begin of a transaction, with `counters.feeds`. */
  begin(feeds: number): void
  record(op: number, space: string, id: string, version: number): void
  /** Follows spaces from this version on, or goes on following them. */
  follow(spaces: readonly string[], version: number): void
  /** To be called at the end of a transaction. Returns the spaces that changes were recorded of. */
  end(): readonly string[]
  /** To be called when a transaction was rolled back. */
  forget(): void
}

/** Old changes are dropped when this part of `changesKept` has come on top, so that most commits drop none. */
const TRIM_AT = 0.1

/**
 * Makes the recorder of a writing connection. It remembers which spaces are followed, also by other processes, and looks
 * again when `counters.feeds` says that they have changed; so a commit to other spaces costs it nothing.
 */
export function feedRecorder(db: DatabaseSync, { changesKept, followMs }: FeedOptions): FeedRecorder {
  const statements = {
    followed: db.prepare('SELECT space, expires FROM feeds'),
    follow: db.prepare(`INSERT INTO feeds (space, since, expires) VALUES (?, ?, ?)
      ON CONFLICT (space) DO UPDATE SET expires = max(expires, excluded.expires)`),
    expire: db.prepare('DELETE FROM feeds WHERE expires <= ?'),
    dropUnfollowed: db.prepare('DELETE FROM feed_changes WHERE space NOT IN (SELECT space FROM feeds)'),
    noteFeeds: db.prepare('UPDATE counters SET feeds = feeds + 1'),
    add: db.prepare('INSERT INTO feed_changes (version, op, space, id) VALUES (?, ?, ?, ?)'),
    firstTooOld: db.prepare('SELECT version FROM feed_changes ORDER BY version DESC LIMIT 1 OFFSET ?'),
    noteTrim: db.prepare(`UPDATE feeds SET since = ?1 WHERE since < ?1
      AND space IN (SELECT space FROM feed_changes WHERE version <= ?1)`),
    trim: db.prepare('DELETE FROM feed_changes WHERE version <= ?'),
  }
  const trimStep = Math.ceil(changesKept * TRIM_AT)
  let followed = new Set<string>()
  /** The value of `counters.feeds` for which `followed` holds. */
  let known: number | undefined
  /** When the first of the followed spaces may expire. */
  let expires = Number.POSITIVE_INFINITY
  /** Changes since the last trim; a process that begins does not know what others have left. */
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
    // Whoever follows a space that nothing is dropped of loses nothing.
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
