import { checkLimit, checkSpaces } from '../checks.ts'
import type { FeedCursor, FeedRequest, FeedResult, RecordChange, WaitRequest } from '../records.ts'
import { CHANGE_PUT } from './batch-writes.ts'
import type { Database } from './database.ts'
import { cursorOf, type FeedPosition, positionOf } from './feed-position.ts'
import { feedWaiters } from './feed-waiters.ts'
import { COMMIT, type Row, type Statement } from './statements.ts'

export interface PostgresFeedOptions {
  readonly database: Database
  /** Identifies the store. */
  readonly store: Buffer
  /** How long a space stays followed after it was last read, in ms. */
  readonly followMs: number
  /** How long changes are kept, in ms. A cursor is good for half of that. */
  readonly keptMs: number
}

/** The reading side of the change feed. The writers record the changes of followed spaces (writer.ts). */
export interface PostgresFeed {
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
      readonly next: FeedPosition
      /** How long the first of the spaces stays followed, in ms. */
      readonly followedFor: number
    }

interface LaneState {
  readonly lane: number
  readonly version: number
  /** False for a lane that will never be used again and whose changes are gone. */
  readonly active: boolean
}

/** A read renews its spaces when less than this fraction of `followMs` is left, */
const RENEW_AT = 0.5
/** and a wait ends after this fraction of it, so that the next read comes well before the spaces expire. */
const WAIT_AT_MOST = 0.25
/** Cursors are good for this fraction of `keptMs`, */
const CURSOR_GOOD_FOR = 0.5
/** and leave out lanes that were not used for this multiple of it, which have no changes left. */
const LANE_IDLE_AFTER = 1.5

/**
 * `since` is null until every transaction that may not have seen the row has ended. Then it is a new epoch, so that no
 * older cursor is good for the space.
 */
const FOLLOW = `INSERT INTO feeds (space, since, expires)
  SELECT s, NULL, now() + $2 * interval '1 ms' FROM unnest($1::bytea[]) s
  ON CONFLICT (space) DO UPDATE SET expires = greatest(feeds.expires, excluded.expires) RETURNING since`
/** Every writing transaction has locked its lane before it looks up which spaces are followed. */
const PASS_LANES = `SELECT lane FROM lanes WHERE used > now() - $1 * interval '1 ms' ORDER BY lane FOR SHARE`
const NEW_EPOCH = 'UPDATE store SET epoch = epoch + 1 WHERE one = 1'
const SET_SINCE = `UPDATE feeds SET since = (SELECT epoch FROM store WHERE one = 1)
  WHERE space = ANY($1::bytea[]) AND since IS NULL`
const STATE = `SELECT epoch, (extract(epoch FROM now()) * 1000)::bigint AS at FROM store WHERE one = 1`
const FOLLOWED = `SELECT count(*) AS count, (extract(epoch FROM min(expires) - now()) * 1000)::bigint AS left
  FROM feeds WHERE space = ANY($1::bytea[]) AND since <= $2`
const LANES = `SELECT lane, version, used > now() - $1 * interval '1 ms' AS active FROM lanes`
/** In the order of their versions, which is the order of the changes of a record also when several lanes made them. */
const CHANGES = `SELECT c.lane, c.version, c.op, c.space, c.id FROM lanes l
  LEFT JOIN unnest($1::bigint[], $2::bigint[]) k(lane, version) ON k.lane = l.lane
  CROSS JOIN LATERAL (
    SELECT * FROM changes c WHERE c.lane = l.lane AND c.version > coalesce(k.version, 0) AND c.space = ANY($3::bytea[])
    ORDER BY c.version LIMIT $4
  ) c
  WHERE l.used > now() - $5 * interval '1 ms' AND l.version > coalesce(k.version, 0)
  ORDER BY c.version, c.lane LIMIT $4`

/** Makes the feed. */
export function postgresFeed({ database, store, followMs, keptMs }: PostgresFeedOptions): PostgresFeed {
  const idleMs = keptMs * LANE_IDLE_AFTER
  const waiters = feedWaiters({ database, longestMs: followMs * WAIT_AT_MOST, idleMs })

  const lanesStatement: Statement = { text: LANES, values: [idleMs] }

  async function look(spaces: readonly string[], after: FeedPosition | undefined, limit: number): Promise<Look> {
    if (!after) return { truncated: true }
    const names = spaces.map((space) => Buffer.from(space))
    const [[state], [followed], laneRows, rows] = (await database.snapshot((send) =>
      send([
        { text: STATE },
        { text: FOLLOWED, values: [names, after.epoch] },
        lanesStatement,
        { text: CHANGES, values: [[...after.lanes.keys()], [...after.lanes.values()], names, limit, idleMs] },
        COMMIT,
      ]),
    )) as [readonly Row[], readonly Row[], readonly Row[], readonly Row[]]
    const now = Number(state?.at)
    const epoch = Number(state?.epoch)
    const lanes = laneRows.map(laneState)
    const isGood =
      Number(followed?.count) === spaces.length &&
      after.epoch <= epoch &&
      Math.abs(now - after.at) < keptMs * CURSOR_GOOD_FOR &&
      areAllKnown(after, lanes)
    if (!isGood) return { truncated: true }
    const position = rows.length < limit ? versionsOf(lanes) : upTo(rows.at(-1), after, lanes)
    return {
      truncated: false,
      changes: rows.map(toChange),
      next: { epoch, at: now, lanes: position },
      followedFor: Number(followed?.left),
    }
  }

  /** Follows spaces, or renews those that are followed already. */
  async function follow(spaces: readonly string[]): Promise<void> {
    const names = spaces.map((space) => Buffer.from(space)).sort(Buffer.compare)
    const rows = await database.query({ text: FOLLOW, values: [names, followMs] })
    if (rows.every(({ since }) => since !== null)) return
    await database.query({ text: PASS_LANES, values: [idleMs] })
    await database.patiently(() =>
      database.transaction((send) =>
        send([{ text: NEW_EPOCH }, { text: SET_SINCE, values: [names] }, COMMIT]).then(() => {}),
      ),
    )
  }

  /** Where the feed is now. */
  async function newest(): Promise<FeedPosition> {
    const [[state], rows] = (await database.snapshot((send) => send([{ text: STATE }, lanesStatement, COMMIT]))) as [
      readonly Row[],
      readonly Row[],
    ]
    return {
      epoch: Number(state?.epoch),
      at: Number(state?.at),
      lanes: versionsOf(rows.map(laneState)),
    }
  }

  const written = (position: FeedPosition): FeedCursor => cursorOf(store, position)

  return {
    async changes(request) {
      checkSpaces(request)
      checkLimit(request.limit)
      const { after, limit } = request
      const spaces = [...new Set(request.spaces)]
      const found = await look(spaces, after === undefined ? undefined : positionOf(store, after), limit)
      if (found.truncated) {
        await follow(spaces)
        return { changes: [], next: written(await newest()), truncated: after !== undefined }
      }
      if (found.followedFor < followMs * RENEW_AT) await follow(spaces)
      return { changes: found.changes, next: written(found.next), truncated: false }
    },
    async wait(request) {
      checkSpaces(request)
      const position = positionOf(store, request.after)
      request.signal?.throwIfAborted()
      const spaces = new Set(request.spaces)
      await waiters.wait(spaces, request.signal, async () => {
        const found = await look([...spaces], position, 1)
        return found.truncated || found.changes.length > 0
      })
    },
    wake: waiters.wake,
    close: waiters.close,
  }
}

function laneState({ lane, version, active }: Row): LaneState {
  return { lane: Number(lane), version: Number(version), active: active === true }
}

function versionsOf(lanes: readonly LaneState[]): ReadonlyMap<number, number> {
  return new Map(lanes.filter(({ active }) => active).map(({ lane, version }) => [lane, version]))
}

/** Whether the database has come at least as far as the position: an older backup of it has not. */
function areAllKnown(position: FeedPosition, lanes: readonly LaneState[]): boolean {
  const versions = new Map(lanes.map(({ lane, version }) => [lane, version]))
  return [...position.lanes].every(([lane, version]) => (versions.get(lane) ?? -1) >= version)
}

/** The position after a page that ends with this change: every lane up to it, by version and lane. */
function upTo(last: Row | undefined, after: FeedPosition, lanes: readonly LaneState[]): ReadonlyMap<number, number> {
  const end = laneState(last ?? {})
  return new Map(
    [...versionsOf(lanes)].map(([lane, version]) => {
      const reached = lane <= end.lane ? end.version : end.version - 1
      return [lane, Math.max(after.lanes.get(lane) ?? 0, Math.min(version, reached))]
    }),
  )
}

function toChange({ version, op, space, id }: Row): RecordChange {
  return {
    op: op === CHANGE_PUT ? 'put' : 'delete',
    space: String(space),
    id: String(id),
    version: Number(version),
  }
}
