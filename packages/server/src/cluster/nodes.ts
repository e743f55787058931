/** The servers that work on the same records. Each says in a record that it is there, and reads what the others say. */
import { randomBytes } from 'node:crypto'
import timers from 'node:timers/promises'
import { followChanges } from '../engines/records/follow.ts'
import type { RecordChange, RecordKey, Records } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'

/** How often a server says that it is there. */
const BEAT_MS = 10_000
/** A server that has said nothing for this long has ended. */
const GONE_AFTER_MS = 60_000
/** Records of ended servers are kept this long, for whoever wonders what happened. */
const FORGOTTEN_AFTER_MS = 60 * 60_000
/** A clock that differs from that of the database by more is reported: tickets, sessions and leases depend on it. */
export const MAX_CLOCK_OFFSET_MS = 5_000
/** How long a server that stops waits for the database to hear of it. */
const SIGN_OFF_MS = 1_500
const SPACE = 'nodes'
const ID_BYTES = 8
const PAGE = 200

/** What a server says about itself. Times are in milliseconds since the epoch, by the clock of the database. */
export interface NodeState {
  /** Random; a restarted server has a new one. */
  readonly id: string
  /** What operators know it by: the name of the machine and the number of the process. */
  readonly name: string
  readonly version: string
  readonly startedAt: number
  readonly seenAt: number
  /** Whether it has been told to stop, and only finishes what it has begun. */
  readonly isDraining: boolean
  /** Identifies the content of its configuration file: all servers should have the same. */
  readonly configHash: string
  readonly load: NodeLoad
  /** How far its clock is ahead of that of the database, in ms. */
  readonly clockOffsetMs: number
  /** How late it saw the last change of another server, in ms; absent before the first. */
  readonly feedLagMs?: number
}

/** What a server is doing, on average since its last message. */
export interface NodeLoad {
  /** Requests per second. */
  readonly requests: number
  /** Processors in use: 1 is one whole processor. */
  readonly processors: number
  /** Resident memory in bytes. */
  readonly memory: number
}

export interface NodesOptions {
  readonly records: Records
  readonly name: string
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly now: () => number
  /** No other server works on the records: then nothing is recorded. */
  readonly alone: boolean
  readonly load: () => NodeLoad
  readonly configHash: () => string
  readonly log: { warn(details: object, message: string): void; info(details: object, message: string): void }
}

export interface Nodes {
  /** This server. */
  self(): NodeState
  /** All servers that are there, this one first. Ended ones are left out. */
  list(): Promise<readonly NodeState[]>
  /** Whether the clock of this server is near that of the database. */
  clockIsRight(): boolean
  /** From now on it says that it is about to stop. */
  drain(): void
  /** Removes the records of servers that ended long ago. */
  sweep(): Promise<number>
  /** Says that it is gone. */
  close(): Promise<void>
}

/** Joins the servers on these records. */
export async function joinNodes(options: NodesOptions): Promise<Nodes> {
  const { records, name, version, startedAt, now, alone, load, configHash, log } = options
  const id = randomBytes(ID_BYTES).toString('hex')
  const stop = new AbortController()
  let isDraining = false
  let clockOffsetMs = 0
  let feedLagMs: number | undefined
  let current = describe()

  /** The time by the clock of the database. */
  function sharedNow(): number {
    return now() - clockOffsetMs
  }

  function describe(): NodeState {
    return {
      id,
      name,
      version,
      startedAt: startedAt - clockOffsetMs,
      seenAt: sharedNow(),
      isDraining,
      configHash: configHash(),
      load: load(),
      clockOffsetMs,
      ...(feedLagMs === undefined ? {} : { feedLagMs }),
    }
  }

  async function beat(): Promise<void> {
    await measureClock()
    current = describe()
    await records.commit([{ op: 'put', ...keyOf(id), value: JSON.stringify(current), entries: [] }])
  }

  async function measureClock(): Promise<void> {
    const before = Math.abs(clockOffsetMs)
    clockOffsetMs = -Math.round((await records.clockOffset?.()) ?? 0)
    if (Math.abs(clockOffsetMs) <= MAX_CLOCK_OFFSET_MS || before > MAX_CLOCK_OFFSET_MS) return
    log.warn({ clockOffsetMs }, 'the clock of this machine differs from that of the database: synchronise it (NTP)')
  }

  /** Beats never overlap: a late one must not overwrite what a newer one says. */
  let beating: Promise<void> | undefined
  function beatUnlessBusy(): void {
    beating ??= beat()
      .catch((error: unknown) => {
        if (!stop.signal.aborted) log.info({ err: error }, 'this server could not say that it is there')
      })
      .finally(() => {
        beating = undefined
      })
  }

  async function signOff(): Promise<void> {
    await Promise.all([beating, following])
    await records.commit([{ op: 'delete', ...keyOf(id) }])
  }

  async function sawChanges(changes: readonly RecordChange[] | undefined): Promise<void> {
    const last = changes?.findLast((change) => change.op === 'put' && change.id !== id)
    if (last === undefined) return
    const [record] = await records.get([keyOf(last.id)])
    if (record !== undefined) feedLagMs = Math.max(0, sharedNow() - (JSON.parse(record.value) as NodeState).seenAt)
  }

  async function all(): Promise<NodeState[]> {
    const found: NodeState[] = []
    for await (const page of walkPages(records, { space: SPACE, limit: PAGE })) {
      for (const { value } of page) found.push(JSON.parse(value) as NodeState)
    }
    return found
  }

  let timer: NodeJS.Timeout | undefined
  let following: Promise<void> | undefined
  if (!alone) {
    await beat()
    timer = setInterval(beatUnlessBusy, BEAT_MS).unref()
    following = followChanges({
      records,
      spaces: [SPACE],
      changed: sawChanges,
      failed: () => {},
      signal: stop.signal,
    })
  }

  return {
    // It is about to stop also while the records are away, so that nobody can be told.
    self: () => (alone ? describe() : { ...current, isDraining }),
    async list() {
      if (alone) return [describe()]
      const others = (await all()).filter((node) => node.id !== id && sharedNow() - node.seenAt < GONE_AFTER_MS)
      return [current, ...others.sort((a, b) => a.startedAt - b.startedAt)]
    },
    clockIsRight: () => Math.abs(clockOffsetMs) <= MAX_CLOCK_OFFSET_MS,
    drain() {
      isDraining = true
      // A beat that is under way does not say it yet.
      if (!alone) void Promise.resolve(beating).then(beatUnlessBusy)
    },
    async sweep() {
      const ended = (await all()).filter((node) => sharedNow() - node.seenAt > FORGOTTEN_AFTER_MS)
      if (ended.length > 0) await records.commit(ended.map((node) => ({ op: 'delete', ...keyOf(node.id) })))
      return ended.length
    },
    async close() {
      stop.abort()
      clearInterval(timer)
      if (alone) return
      const waited = new AbortController()
      const late = timers.setTimeout(SIGN_OFF_MS, undefined, { signal: waited.signal }).catch(() => {})
      // When this fails, the others notice by the silence.
      await Promise.race([signOff().catch(() => {}), late]).finally(() => waited.abort())
    },
  }
}

function keyOf(id: string): RecordKey {
  return { space: SPACE, id }
}
