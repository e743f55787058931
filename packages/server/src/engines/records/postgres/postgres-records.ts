import { checkCommit } from '../checks.ts'
import type { FindRequest, FindResult, Records } from '../records.ts'
import { RecordsUnavailableError } from '../unavailable.ts'
import { clockOffset } from './clock.ts'
import { connectTo, type Database } from './database.ts'
import { dumper } from './dump.ts'
import { durabilityWarning } from './durability.ts'
import { postgresFeed } from './feed.ts'
import { finder } from './find.ts'
import { getter } from './get.ts'
import { toJob } from './jobs.ts'
import { explained } from './open-errors.ts'
import { prepareSchema } from './schema.ts'
import { trimOnce } from './trim.ts'
import { startWriter } from './writer.ts'

export interface PostgresRecordsOptions {
  /** `postgres://user:password@host:port/database`; `prepare=false` in its query for poolers without named statements. */
  readonly url: string
  /** How long calls wait while the server is away, in ms (default 8 s: a restart, and less than clients wait). */
  readonly awayMs?: number
  /** How long a space stays followed after its feed was last read, in ms (default an hour). */
  readonly followMs?: number
  /** How long changes of followed spaces are kept, in ms (default a day). Cursors are good for half of that. */
  readonly keptMs?: number
  /** How often old changes and the remains of deleted records are removed, in ms (default 10 minutes). */
  readonly trimEveryMs?: number
  /** Gets one line for the log when the server is set up to lose acknowledged commits. */
  readonly warn?: ((message: string) => void) | undefined
}

const AWAY_MS = 8_000
const FOLLOW_MS = 60 * 60_000
const KEPT_MS = 24 * 60 * 60_000
const TRIM_EVERY_MS = 10 * 60_000
/** A writer takes a new lane when its old one was idle for this fraction of `keptMs`; cursors forget idle lanes later. */
const LANE_GOOD_FOR = 0.5

/**
 * Opens the records in a PostgreSQL database, and makes the tables when they are missing. Any number of processes may have
 * the same database open. Rejects when the server cannot be reached, refuses the login, or the database is not ours.
 *
 * While the server is away for some seconds, as during a restart, calls wait and then succeed; also when its host vanishes
 * without a word (watchdog.ts). They reject with RecordsUnavailableError at most 15 s after that. A commit whose answer was
 * lost is looked up, so that it happens exactly once.
 *
 * @example
 * const records = await openPostgresRecords({ url: 'postgres://cloudstead:secret@db.internal/cloudstead' })
 */
export async function openPostgresRecords(options: PostgresRecordsOptions): Promise<Records> {
  const { url, awayMs = AWAY_MS, followMs = FOLLOW_MS, keptMs = KEPT_MS, trimEveryMs = TRIM_EVERY_MS, warn } = options
  const connections = connectTo({ url, awayMs })
  const { reads: database } = connections
  const store = await prepare(database, warn).catch(async (error) => {
    await connections.close()
    throw explained(error, url)
  })
  const find = finder(database)
  const get = getter(database)
  const feed = postgresFeed({ database, store, followMs, keptMs })
  const writer = startWriter({
    database: connections.writes,
    awayMs,
    laneMs: keptMs * LANE_GOOD_FOR,
    onChanges: feed.wake,
  })
  let trimming: Promise<void> | undefined
  let closed: Promise<void> | undefined

  const trimmer = setInterval(() => {
    // What fails now is tried again the next time.
    trimming ??= trimOnce({ database, keptMs })
      .catch(() => {})
      .finally(() => {
        trimming = undefined
      })
  }, trimEveryMs).unref()

  async function stop(): Promise<void> {
    clearInterval(trimmer)
    feed.close()
    await writer.close()
    await trimming
    await connections.close()
  }

  return {
    get,
    async find<V extends boolean>(request: FindRequest<V>) {
      return (await find(request)) as FindResult<V>
    },
    async count(space) {
      if (!space.isWellFormed()) return 0
      const [row] = await database.query({
        text: 'SELECT count(*) AS count FROM records WHERE space = $1 AND value IS NOT NULL',
        values: [Buffer.from(space)],
      })
      return Number(row?.count)
    },
    ...dumper(database),
    async commit(writes, expectations = []) {
      checkCommit(writes, expectations)
      const outcome = await writer.submit(toJob(writes, expectations))
      if (!('error' in outcome)) return outcome
      const { error } = outcome
      if (error instanceof RecordsUnavailableError) throw error
      throw new Error(`the records engine failed: ${messageOf(error)}`, { cause: error })
    },
    changes: feed.changes,
    waitForChanges: feed.wait,
    clockOffset: () => clockOffset(database),
    close() {
      closed ??= stop()
      return closed
    },
  }
}

/** Resolves to the identifier of the store. */
async function prepare(database: Database, warn: PostgresRecordsOptions['warn']): Promise<Buffer> {
  const store = await prepareSchema(database)
  const warning = warn && (await durabilityWarning(database))
  if (warning !== undefined) warn?.(warning)
  return store
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
