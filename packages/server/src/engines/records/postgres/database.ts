import { setTimeout as wait } from 'node:timers/promises'
import { RecordsUnavailableError } from '../unavailable.ts'
import { isAway } from './errors.ts'
import { openPool, type Pool } from './pool.ts'
import { sharedReads } from './shared-reads.ts'
import { COMMIT, type Row, type Send, type Statement } from './statements.ts'
import { startWatchdog } from './watchdog.ts'

/** Names the reason, because the log shows the message. */
function unavailable(cause: unknown): RecordsUnavailableError {
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown }
  return new RecordsUnavailableError(`the PostgreSQL server cannot be reached (${code ?? message})`, { cause })
}

/** Some of the connections to one PostgreSQL database. */
export interface Database {
  /** Runs one statement. While the server is away it is repeated, so it must bear that. */
  query(statement: Statement): Promise<readonly Row[]>
  /** The same for a point read, which shares its connection with those of the same moment. */
  lookUp(statement: Statement): Promise<readonly Row[]>
  /**
   * The same for a statement whose plan is kept, and only searches in the indexes. The server would make some plans anew
   * each time, which takes longer than to run them.
   */
  search(statement: Statement): Promise<readonly Row[]>
  /** Reads everything from one snapshot; the work ends it with `COMMIT`. Repeated like `query`. */
  snapshot<T>(work: (send: Send) => Promise<T>): Promise<T>
  /**
   * Runs a transaction; the work ends it with `COMMIT`. It is rolled back when the work throws. Never repeated: after an
   * error of the connection it is unknown whether it was committed.
   */
  transaction<T>(work: (send: Send) => Promise<T>): Promise<T>
  /**
   * Calls `attempt` again while the server is away, up to a limit. All calls go through it, but not one through another.
   *
   * @param since when the caller began to wait, as `performance.now()`: the limit counts from there
   * @throws RecordsUnavailableError
   */
  patiently<T>(attempt: () => Promise<T>, since?: number): Promise<T>
}

/**
 * The connections to one PostgreSQL database. The writer has its own: slow reads do not hold up commits, nor commits that
 * wait for a lock the reads.
 */
export interface Connections {
  readonly reads: Database
  readonly writes: Database
  /** Waits for what is under way; what comes later is refused. */
  close(): Promise<void>
}

/** One for each lane of the writer (writer.ts). */
const WRITE_CONNECTIONS = 2
/** With those of the writer and the one of the watchdog there are 10 at most. */
const READ_CONNECTIONS = 7
/** Counting millions of records takes long. */
const READ_SILENT_MS = 60_000
/** A commit takes milliseconds, unless it waits for a standby that is away: its client must hear of it within 20 s. */
const COMMIT_SILENT_MS = 12_000
const PAUSE_MS = 100

/**
 * Every statement of a commit looks up rows by their keys. The plan of a statement is kept, and one that was made while the
 * tables were small would read the whole tables when they are large, until the server analyses them.
 */
const SEARCHES = 'SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off'
/**
 * The server ends a transaction whose process has stopped or cannot be reached, so that its locks do not stay. Several
 * commands in one message; `set local` and not a setting of the connection, because a connection pooler may share that.
 */
export const BEGIN: Statement = {
  text: `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL lock_timeout = '20s'; ${SEARCHES}`,
}
const BEGIN_SEARCH: Statement = { text: `BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_generic_plan; ${SEARCHES}` }
const BEGIN_SNAPSHOT: Statement = { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' }
const ROLLBACK: Statement = { text: 'ROLLBACK' }

export interface DatabaseOptions {
  /**
   * `postgres://user:password@host:port/database`, with `prepare=false` behind a pooler that shares connections and does
   * not know named statements.
   */
  readonly url: string
  /** How long calls wait while the server is away, in ms. */
  readonly awayMs: number
}

/**
 * Prepares connections; none is made before the first call. Throws TypeError when the URL is not one.
 */
export function connectTo({ url, awayMs }: DatabaseOptions): Connections {
  const address = new URL(url)
  const prepare = address.searchParams.get('prepare') !== 'false'
  address.searchParams.delete('prepare')
  const connectionString = address.href
  const watchdog = startWatchdog(connectionString)
  const common = { connectionString, prepare, watchdog }
  const pools = [
    openPool({ ...common, max: READ_CONNECTIONS, silentMs: READ_SILENT_MS }),
    openPool({ ...common, max: WRITE_CONNECTIONS, silentMs: COMMIT_SILENT_MS }),
  ]
  let active = 0
  let onIdle: (() => void) | undefined
  let closed: Promise<void> | undefined

  /** Counts what is under way: the pools must not end before it has. */
  async function counted<T>(work: () => Promise<T>): Promise<T> {
    if (closed && active === 0) throw new Error('the records are closed')
    active += 1
    try {
      return await work()
    } finally {
      active -= 1
      if (active === 0) onIdle?.()
    }
  }

  async function patiently<T>(attempt: () => Promise<T>, since = performance.now()): Promise<T> {
    return counted(async () => {
      for (;;) {
        try {
          return await attempt()
        } catch (error) {
          if (!isAway(error)) throw error
          if (performance.now() > since + awayMs) throw unavailable(error)
          await wait(PAUSE_MS)
        }
      }
    })
  }

  function databaseOf(pool: Pool): Database {
    const read = sharedReads((statements) => patiently(() => pool.lend((send) => send(statements))))
    return {
      async query(statement) {
        const [rows = []] = await patiently(() => pool.lend((send) => send([statement])))
        return rows
      },
      // Counted from now on, although it is sent a moment later.
      lookUp: (statement) => counted(() => read(statement)),
      async search(statement) {
        const [rows = []] = await patiently(() => begin(pool, BEGIN_SEARCH, (send) => send([statement, COMMIT])))
        return rows
      },
      snapshot: (work) => patiently(() => begin(pool, BEGIN_SNAPSHOT, work)),
      transaction: (work) => begin(pool, BEGIN, work),
      patiently,
    }
  }

  async function stop(): Promise<void> {
    if (active > 0)
      await new Promise<void>((resolve) => {
        onIdle = resolve
      })
    await Promise.all(pools.map((pool) => pool.end()))
    watchdog.close()
  }

  const [reads, writes] = pools.map(databaseOf) as [Database, Database]
  return {
    reads,
    writes,
    close() {
      closed ??= stop()
      return closed
    },
  }
}

/** Begins a transaction together with the first statements of the work. */
function begin<T>(pool: Pool, statement: Statement, work: (send: Send) => Promise<T>): Promise<T> {
  return pool.lend(async (send) => {
    let begun = false
    try {
      return await work(async (statements) => {
        if (begun) return send(statements)
        begun = true
        return (await send([statement, ...statements])).slice(1)
      })
    } catch (error) {
      await send([ROLLBACK]).catch(() => {})
      throw error
    }
  })
}
