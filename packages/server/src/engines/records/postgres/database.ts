import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { RecordsUnavailableError } from '../unavailable.ts'
import { isAway } from './errors.ts'

/** Names the reason, because the log shows the message. */
function unavailable(cause: unknown): RecordsUnavailableError {
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown }
  return new RecordsUnavailableError(`the PostgreSQL server cannot be reached (${code ?? message})`, { cause })
}

/** What a parameter of a statement can be; arrays are sent whole and spread with `unnest`. */
type Parameter = string | number | null | Uint8Array | readonly (string | number | null | Uint8Array)[]

export interface Statement {
  readonly text: string
  readonly values?: readonly Parameter[]
}

/** A row; its columns are what the statement says. */
export type Row = Readonly<Record<string, unknown>>

/** Sends statements in one go; resolves to the rows of each. */
export type Send = (statements: readonly Statement[]) => Promise<readonly (readonly Row[])[]>

/** The connections to one PostgreSQL database. */
export interface Database {
  /** Runs one statement. While the server is away it is repeated, so it must bear that. */
  query(statement: Statement): Promise<readonly Row[]>
  /** Reads everything from one snapshot, in one round trip; repeated like `query`. */
  snapshot(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]>
  /**
   * Runs a transaction; the work ends it with `COMMIT`. It is rolled back when the work throws. Never repeated: after an
   * error of the connection it is unknown whether it was committed.
   */
  transaction<T>(work: (send: Send) => Promise<T>): Promise<T>
  /**
   * Calls `attempt` again while the server is away, up to a limit. All calls go through it.
   *
   * @throws RecordsUnavailableError
   */
  patiently<T>(attempt: () => Promise<T>): Promise<T>
  /** Waits for what is under way; what comes later is refused. */
  close(): Promise<void>
}

/** Of the pool; the lanes of the writer need two. */
const MAX_CONNECTIONS = 10
const CONNECT_TIMEOUT_MS = 3_000
/** A query takes milliseconds; one that takes this long has lost its server. */
const QUERY_TIMEOUT_MS = 60_000
const PAUSE_MS = 100
const OID_INT8 = 20

export const COMMIT: Statement = { text: 'COMMIT' }
/**
 * The server ends a transaction whose process has stopped, so that its locks do not stay. Several commands in one message;
 * `set local` and not a setting of the connection, because a connection pooler may share that.
 */
const BEGIN: Statement = {
  text: `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '10s'; SET LOCAL lock_timeout = '20s'`,
}
const BEGIN_SNAPSHOT: Statement = { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' }
const ROLLBACK: Statement = { text: 'ROLLBACK' }

const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    // Versions and counts stay below 2^53.
    return oid === OID_INT8 ? Number : pg.types.getTypeParser(oid, format)
  },
} as pg.CustomTypesConfig

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
export function connectTo({ url, awayMs }: DatabaseOptions): Database {
  const address = new URL(url)
  const prepare = address.searchParams.get('prepare') !== 'false'
  address.searchParams.delete('prepare')
  const pool = new pg.Pool({
    connectionString: address.href,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    pipeline: true,
    types,
  })
  // A connection that breaks emits an error, idle or not, besides failing its queries. Without a listener it ends the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const names = new Map<string, string>()
  let active = 0
  let onIdle: (() => void) | undefined
  let closed: Promise<void> | undefined

  /** Counts what is under way: the pool must not end before it has. */
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

  /** The number of different texts is small, and the server keeps a plan for each. */
  function nameOf(text: string): string {
    const name = names.get(text) ?? `c${names.size}`
    names.set(text, name)
    return name
  }

  async function run(client: pg.Pool | pg.PoolClient, { text, values }: Statement): Promise<readonly Row[]> {
    if (!values) return (await client.query<Row>(text)).rows
    const config = prepare ? { name: nameOf(text), text, values: [...values] } : { text, values: [...values] }
    return (await client.query<Row>(config)).rows
  }

  async function send(client: pg.PoolClient, statements: readonly Statement[]): Promise<(readonly Row[])[]> {
    const results = await Promise.allSettled(statements.map((statement) => run(client, statement)))
    // The first error is the cause; the statements behind it fail because the transaction has failed.
    return results.map((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value
    })
  }

  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    try {
      const result = await work(client)
      client.release()
      return result
    } catch (error) {
      await run(client, ROLLBACK).catch(() => {})
      // The driver no longer knows which statements are prepared.
      client.release(true)
      throw error
    }
  }

  async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + awayMs
    return counted(async () => {
      for (;;) {
        try {
          return await attempt()
        } catch (error) {
          if (!isAway(error)) throw error
          if (performance.now() > deadline) throw unavailable(error)
          await wait(PAUSE_MS)
        }
      }
    })
  }

  async function stop(): Promise<void> {
    if (active > 0)
      await new Promise<void>((resolve) => {
        onIdle = resolve
      })
    await pool.end()
  }

  return {
    query: (statement) => patiently(() => run(pool, statement)),
    snapshot: (statements) =>
      patiently(() =>
        withClient(async (client) => {
          const results = await send(client, [BEGIN_SNAPSHOT, ...statements, COMMIT])
          return results.slice(1, -1)
        }),
      ),
    transaction: (work) =>
      withClient((client) => {
        let begun = false
        return work((statements) => {
          if (begun) return send(client, statements)
          begun = true
          return send(client, [BEGIN, ...statements]).then((results) => results.slice(1))
        })
      }),
    patiently,
    close() {
      closed ??= stop()
      return closed
    },
  }
}
