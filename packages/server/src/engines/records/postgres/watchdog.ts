import type { Socket } from 'node:net'
import pg from 'pg'

/**
 * Finds connections whose server has vanished without a word: its host lost power, or the network drops the packets. The
 * system would notice after a quarter of an hour, or never.
 *
 * A time limit for statements cannot tell such a server from one that is busy with a long statement. So when a connection
 * that owes an answer was quiet for 2 s, another one is made to look at the server from outside, which takes at most 3 s:
 *
 * - There is no answer, and nothing has arrived on any connection meanwhile: the server has vanished. All connections are
 *   broken off, so that calls find none of them.
 * - The server says twice that the session of the connection is not at work, or does not know it: only this connection has
 *   vanished, as when a firewall forgets it or another machine takes over the address.
 * - Otherwise the statement is slow, or waits for a lock or for a standby, and may go on up to the limit of its connection.
 *
 * A pooler hides the sessions. Behind one the limit for a quiet connection is shorter, because nothing else finds it.
 */
export interface Watchdog {
  /**
   * Takes charge of a connection that was just made.
   *
   * @param limitMs how long it may owe an answer in silence, however busy the server is
   */
  add(client: pg.Client, limitMs: number): void
  /** Watches a connection while it owes an answer; returns the function that ends that. */
  watch(client: pg.Client): () => void
  /** Ends the watch. Connections that are left do not keep the process alive. */
  close(): void
}

interface Watched {
  readonly limitTicks: number
  /** Whether the connection owes an answer. */
  owes: boolean
  /** How many looks at the socket in a row have found nothing new while it owed one. */
  quiet: number
  bytes: number
  /** The server has said once that the session is not at work. */
  suspected: boolean
}

/** What the look from outside has found. */
interface Look {
  readonly reachable: boolean
  /** The sessions at work, by process id; undefined when the server does not tell. */
  readonly busy?: ReadonlySet<number> | undefined
}

/**
 * How often to look at the sockets. Time is counted in these looks, so that a process that was stopped itself does not
 * take that for silence: it reads what has arrived before the next look.
 */
const TICK_MS = 500
const QUIET_TICKS = 2_000 / TICK_MS
const LOOK_MS = 3_000
/** Behind a pooler; with the waits before and after it a call still ends within 20 s. */
const BLIND_LIMIT_TICKS = 10_000 / TICK_MS

const AT_WORK = `SELECT pid FROM pg_stat_activity WHERE pid = ANY($1::int[]) AND state NOT LIKE 'idle%'`

/** @param connectionString the server to look at */
export function startWatchdog(connectionString: string): Watchdog {
  const connections = new Map<pg.Client, Watched>()
  let isLooking = false
  /** Looks at the sockets until the next look from outside. */
  let pause = 0
  const timer = setInterval(tick, TICK_MS).unref()

  function tick(): void {
    for (const [client, watched] of connections) {
      if (!watched.owes) continue
      const { bytesRead } = socketOf(client)
      if (bytesRead === watched.bytes) watched.quiet += 1
      else start(watched, bytesRead)
      if (watched.quiet >= watched.limitTicks) socketOf(client).destroy()
    }
    pause -= 1
    if (pause <= 0 && !isLooking && quietOnes().length > 0) void inspect()
  }

  const quietOnes = () => [...connections].filter(([, { owes, quiet }]) => owes && quiet >= QUIET_TICKS)

  async function inspect(): Promise<void> {
    isLooking = true
    pause = QUIET_TICKS
    const before = [...connections.keys()]
    const received = totalOf(before)
    const { reachable, busy } = await look(connectionString, before.map(processOf))
    isLooking = false
    if (reachable) judge(busy)
    else if (totalOf(before) === received) for (const client of before) socketOf(client).destroy()
  }

  function judge(busy: ReadonlySet<number> | undefined): void {
    for (const [client, watched] of quietOnes()) {
      const isLost = busy ? !busy.has(processOf(client)) : watched.quiet >= BLIND_LIMIT_TICKS
      if (isLost && (watched.suspected || !busy)) socketOf(client).destroy()
      watched.suspected = isLost
      // Soon again: perhaps its answer is just on the way.
      if (isLost) pause = 1
    }
  }

  return {
    add(client, limitMs) {
      connections.set(client, { limitTicks: limitMs / TICK_MS, owes: false, quiet: 0, bytes: 0, suspected: false })
      client.once('end', () => connections.delete(client))
    },
    watch(client) {
      const watched = connections.get(client)
      if (!watched) return () => {}
      watched.owes = true
      start(watched, socketOf(client).bytesRead)
      return () => {
        watched.owes = false
      }
    },
    close() {
      clearInterval(timer)
      for (const client of connections.keys()) socketOf(client).unref()
    },
  }
}

function start(watched: Watched, bytes: number): void {
  watched.quiet = 0
  watched.bytes = bytes
  watched.suspected = false
}

/** Looks at the server on a connection of its own. Never rejects. */
async function look(connectionString: string, processes: readonly number[]): Promise<Look> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  const timer = setTimeout(() => socketOf(client).destroy(), LOOK_MS)
  try {
    await client.connect()
    const own = processOf(client)
    const { rows } = await client.query<{ pid: number }>(AT_WORK, [[...processes, own]])
    const busy = new Set(rows.map(({ pid }) => pid))
    // Behind a pooler it does not find itself.
    return { reachable: true, busy: busy.has(own) ? busy : undefined }
  } catch (error) {
    // A server that refuses is there.
    return { reachable: error instanceof pg.DatabaseError }
  } finally {
    clearTimeout(timer)
    void client.end().catch(() => {})
    socketOf(client).unref()
  }
}

function totalOf(clients: readonly pg.Client[]): number {
  return clients.reduce((total, client) => total + socketOf(client).bytesRead, 0)
}

function socketOf(client: pg.Client): Socket {
  return client.connection.stream as Socket
}

/** The process of the server that serves the connection. */
function processOf(client: pg.Client): number {
  return (client as unknown as { readonly processID: number | null }).processID ?? 0
}
