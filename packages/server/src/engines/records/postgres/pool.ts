import pg from 'pg'
import type { Row, Send, Statement } from './statements.ts'
import type { Watchdog } from './watchdog.ts'

/** Some connections that are made when they are needed, and lent one by one. */
export interface Pool {
  /**
   * Lends a connection to the work. After an error it is not used again.
   *
   * @throws what the work throws; an error of the driver when no connection is free or can be made for some seconds
   */
  lend<T>(work: (send: Send) => Promise<T>): Promise<T>
  /** Ends the connections when they come back. */
  end(): Promise<void>
}

export interface PoolOptions {
  readonly connectionString: string
  /** Whether the server keeps the plans of named statements. */
  readonly prepare: boolean
  /** The largest number of connections. */
  readonly max: number
  readonly watchdog: Watchdog
  /** How long a connection may owe an answer in silence, in ms. */
  readonly silentMs: number
}

const CONNECT_TIMEOUT_MS = 3_000
/** The system asks whether the host is there after this silence: a host that was restarted meanwhile says no. */
const KEEP_ALIVE_MS = 5_000
const OID_INT8 = 20

const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    // Versions and counts stay below 2^53.
    return oid === OID_INT8 ? Number : pg.types.getTypeParser(oid, format)
  },
} as pg.CustomTypesConfig

/** Prepares a pool; no connection is made before the first is lent. */
export function openPool({ connectionString, prepare, max, watchdog, silentMs }: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    pipeline: true,
    types,
  })
  // A connection that breaks emits an error, idle or not, besides failing its queries. Without a listener it ends the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {})
    watchdog.add(client, silentMs)
  })
  const names = new Map<string, string>()

  /** The number of different texts is small, and the server keeps a plan for each. */
  function nameOf(text: string): string {
    const name = names.get(text) ?? `c${names.size}`
    names.set(text, name)
    return name
  }

  async function run(client: pg.PoolClient, { text, values }: Statement): Promise<readonly Row[]> {
    if (!values) return (await client.query<Row>(text)).rows
    const config = prepare ? { name: nameOf(text), text, values: [...values] } : { text, values: [...values] }
    return (await client.query<Row>(config)).rows
  }

  async function send(client: pg.PoolClient, statements: readonly Statement[]): Promise<(readonly Row[])[]> {
    const endWatch = watchdog.watch(client)
    const { stream } = client.connection
    // All of them in one write to the socket, which costs more than the rest.
    stream.cork()
    const sent = statements.map((statement) => run(client, statement))
    stream.uncork()
    const results = await Promise.allSettled(sent)
    endWatch()
    // The first error is the cause; the statements behind it fail because the transaction has failed.
    return results.map((result) => {
      if (result.status === 'rejected') throw result.reason
      return result.value
    })
  }

  return {
    async lend(work) {
      const client = await pool.connect()
      try {
        const result = await work((statements) => send(client, statements))
        client.release()
        return result
      } catch (error) {
        // The driver no longer knows which statements are prepared.
        client.release(true)
        throw error
      }
    },
    end: () => pool.end(),
  }
}
