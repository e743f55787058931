import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { RecordsUnavailableError } from '../unavailable.ts'
import { LaneGoneError, LostCommitsError, lockBatch, RowGoneError } from './batch-reads.ts'
import { writeStatements } from './batch-writes.ts'
import type { Database } from './database.ts'
import { isCollision, isHeld } from './errors.ts'
import { type Job, type Outcome, takeBatch } from './jobs.ts'
import { judge } from './judge.ts'
import { COMMIT } from './statements.ts'

export interface WriterOptions {
  readonly database: Database
  /** How long commits wait while the server is away, in ms. */
  readonly awayMs: number
  /** A lane that was not used for this long is not used again, in ms. */
  readonly laneMs: number
  /** Called with the followed spaces that a batch has changed. */
  readonly onChanges: (spaces: readonly string[]) => void
}

/** Commits in groups. */
export interface Writer {
  /** Resolves when the outcome is durable. Rejects when the writer is closed. */
  submit(job: Job): Promise<Outcome>
  /** Finishes what was accepted. */
  close(): Promise<void>
}

/** What a lane has sent without an answer yet. */
interface Attempt {
  readonly version: number
  readonly outcomes: readonly Outcome[]
  readonly changed: readonly string[]
}

/**
 * One transaction at a time, and one row in the table: whoever sees its version n sees all its changes up to n. The row
 * also tells whether a commit that was not answered has happened.
 */
interface Lane {
  readonly lane: number
  /** The newest version that was acknowledged. */
  version: number
  attempt?: Attempt | undefined
}

/** What the lanes of a writer tell each other. */
interface Reach {
  /** Why the last batch could not reach the server; undefined when it could. */
  away?: RecordsUnavailableError | undefined
}

interface Waiting {
  readonly job: Job
  resolve(outcome: Outcome): void
}

/** While one waits for its commit the other fills. More of them make the batches smaller. */
const LANES = 2
/** Collisions in a row before a batch is given up: each means that another writer succeeded. */
const MAX_COLLISIONS = 50
const MAX_PAUSE_MS = 50
/** Lanes are random numbers of 47 bits. */
const LANE_LIMIT = 2 ** 47

export function startWriter(options: WriterOptions): Writer {
  const reach: Reach = {}
  const queue: Waiting[] = []
  /** Undefined stands for a lane that is yet to be made. */
  const free: (Lane | undefined)[] = Array.from({ length: LANES }, () => undefined)
  let onIdle: (() => void) | undefined
  let closed: Promise<void> | undefined

  function pump(): void {
    while (free.length > 0 && queue.length > 0) {
      const lane = free.pop()
      const batch = takeBatch(queue)
      const run = new BatchRun(options, reach, lane)
      const jobs = batch.map(({ job }) => job)
      void run.outcomes(jobs).then((outcomes) => {
        free.push(run.lane)
        batch.forEach(({ resolve }, at) => {
          resolve(outcomes[at] ?? { error: new Error('a batch has no outcome for one of its commits') })
        })
        pump()
      })
    }
    if (free.length === LANES && queue.length === 0) onIdle?.()
  }

  return {
    submit(job) {
      if (closed) return Promise.reject(new Error('the records are closed'))
      const { promise, resolve } = Promise.withResolvers<Outcome>()
      queue.push({ job, resolve })
      // The commits of one turn of the event loop go together.
      if (queue.length === 1) setImmediate(pump)
      return promise
    },
    close() {
      closed ??= new Promise((resolve) => {
        onIdle = resolve
        pump()
      })
      return closed
    },
  }
}

/** Commits one batch, again after collisions and when the server comes back. */
class BatchRun {
  readonly #options: WriterOptions
  readonly #reach: Reach
  /** Undefined when the next batch needs a new one. */
  lane: Lane | undefined

  constructor(options: WriterOptions, reach: Reach, lane: Lane | undefined) {
    this.#options = options
    this.#reach = reach
    this.lane = lane
  }

  /** Never rejects: what fails is an outcome. */
  async outcomes(jobs: readonly Job[]): Promise<readonly Outcome[]> {
    const { database } = this.#options
    const late = this.#late(jobs)
    if (late.length > 0) return [...late, ...(await this.outcomes(jobs.slice(late.length)))]
    const [first] = jobs
    if (!first) return []
    try {
      const outcomes = await database.patiently(() => this.#settled(jobs), first.since)
      this.#reach.away = undefined
      return outcomes
    } catch (error) {
      const isAway = error instanceof RecordsUnavailableError
      this.#reach.away = isAway ? error : undefined
      // Whether it has happened is unknown; this lane must not go on from there.
      const isUnknown = this.lane?.attempt !== undefined
      if (isUnknown) this.lane = undefined
      // Nothing was sent, and the first of them has waited longest.
      if (isAway && !isUnknown) return this.outcomes(jobs)
      if (jobs.length === 1 || concernsAll(error)) {
        return jobs.map(() => ({ error }))
      }
    }
    // One at a time, only the commits at fault fail.
    const all: Outcome[] = []
    for (const job of jobs) all.push(...(await this.outcomes([job])))
    return all
  }

  /** The outcomes of the jobs, the first ones, that have waited long enough for a server that is away. */
  #late(jobs: readonly Job[]): Outcome[] {
    const { away } = this.#reach
    const limit = performance.now() - this.#options.awayMs
    return away ? jobs.filter(({ since }) => since < limit).map(() => ({ error: away })) : []
  }

  /** Finds out what became of the last attempt before it makes another. */
  async #settled(jobs: readonly Job[]): Promise<readonly Outcome[]> {
    const { lane } = this
    const outcomes = lane?.attempt && (await this.#settle(lane, lane.attempt))
    return outcomes ?? (await this.#collide(jobs))
  }

  async #collide(jobs: readonly Job[]): Promise<readonly Outcome[]> {
    for (let collisions = 0; ; collisions += 1) {
      try {
        return await this.#attempt(jobs)
      } catch (error) {
        if (error instanceof LaneGoneError || error instanceof LostCommitsError) this.lane = undefined
        else if (!(isCollision(error) || error instanceof RowGoneError)) throw error
        if (collisions === MAX_COLLISIONS || error instanceof LostCommitsError) throw error
        if (this.lane) this.lane.attempt = undefined
        await wait(Math.random() * Math.min(2 ** collisions, MAX_PAUSE_MS))
      }
    }
  }

  async #attempt(jobs: readonly Job[]): Promise<readonly Outcome[]> {
    const { database, laneMs, onChanges } = this.#options
    this.lane ??= await makeLane(database)
    const { lane } = this
    const attempt = await database.transaction(async (send): Promise<Attempt> => {
      const state = await lockBatch(send, jobs, { lane: lane.lane, acknowledged: lane.version, laneMs })
      const judgement = judge(jobs, state)
      const { outcomes, version } = judgement
      if (judgement.changes.length === 0) {
        await send([COMMIT])
        return { outcomes, version: lane.version, changed: [] }
      }
      const changes = judgement.changes.filter(({ space }) => state.followed.has(space))
      const made = { outcomes, version, changed: [...new Set(changes.map(({ space }) => space))] }
      lane.attempt = made
      await send(writeStatements(lane.lane, judgement, changes))
      return made
    })
    lane.version = attempt.version
    lane.attempt = undefined
    onChanges(attempt.changed)
    return attempt.outcomes
  }

  /** The outcomes of an attempt that was committed without an answer; undefined when it was not. */
  async #settle(lane: Lane, attempt: Attempt): Promise<readonly Outcome[] | undefined> {
    const version = await this.#options.database.transaction(async (send) => {
      // Waits for what is left of the old transaction.
      const [rows = []] = await send([
        { text: 'SELECT version FROM lanes WHERE lane = $1 FOR UPDATE', values: [lane.lane] },
        COMMIT,
      ])
      return rows[0]?.version === undefined ? undefined : Number(rows[0].version)
    })
    lane.attempt = undefined
    if (version === attempt.version) {
      lane.version = version
      this.#options.onChanges(attempt.changed)
      return attempt.outcomes
    }
    if (version === lane.version) return undefined
    this.lane = undefined
    throw new LostCommitsError()
  }
}

/** Whether an error is not the fault of one commit in the batch. */
function concernsAll(error: unknown): boolean {
  return (
    error instanceof RecordsUnavailableError || isCollision(error) || isHeld(error) || error instanceof LostCommitsError
  )
}

async function makeLane(database: Database): Promise<Lane> {
  const lane = randomInt(LANE_LIMIT)
  const text = 'INSERT INTO lanes (lane, version, used) VALUES ($1, 0, now()) ON CONFLICT DO NOTHING'
  await database.transaction((send) => send([{ text, values: [lane] }, COMMIT]))
  return { lane, version: 0 }
}
