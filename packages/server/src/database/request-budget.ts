import { CloudsteadError } from '@cloudstead/protocol'
import { TimeSlice } from './time-slice.ts'

/**
 * Cost that one step, usually the work on one document, may have: it cannot be interrupted. The unit is one comparison of
 * small values, some 20 ns.
 */
const MAX_STEP_COST = 6_000_000
/** Cost of all steps of one request, some seconds of work. */
const MAX_COST = 250_000_000
/** After this much cost the clock is read, in case that the estimate is too low. */
const CLOCK_COST = 250_000
/** Time of the processor that one step may take after the clock was read first, in µs. */
const MAX_STEP_TIME = 150_000
/** Time of the processor that one request may take, in µs. */
const MAX_WORK = 20_000_000
/** Time by the clock after which a request ends, in ms. The SDKs wait 15 s unless they are told to wait longer. */
const MAX_DURATION_MS = 60_000
/** Bytes for which no room is needed. */
const SMALL_BYTES = 64 * 1024

/** Where a request takes the memory for large results from. */
export interface ResultRoom {
  /** Whether there is room at once for this many bytes in all. */
  has(bytes: number): boolean
  /**
   * Makes room for this many bytes in all. Returns undefined when there is room at once.
   *
   * @throws CloudsteadError SERVER_BUSY when there is none in time; it rejects
   */
  hold(bytes: number): Promise<void> | undefined
}

export interface RequestBudgetOptions {
  /** Absent: any amount of memory. */
  readonly room?: ResultRoom
  /** Whether the request has to end in time. False for work that streams its results, or that its caller can cancel. */
  readonly timed?: boolean
}

/**
 * The work that one request may cause, from the first document to the encoding of the answer: its query, projection, order
 * and update together. Whatever loops over elements of arrays, characters or combinations of values announces its cost
 * before. Plain conditions on plain fields cost nothing but time: the event loop gets turns between documents.
 *
 * @example
 * const budget = new RequestBudget()
 * for (const document of documents) {
 *   if (budget.nextStep()) await budget.pause()
 *   work(document, budget)
 * }
 */
export class RequestBudget {
  readonly #room: ResultRoom | undefined
  readonly #slice = new TimeSlice()
  readonly #end: number
  readonly #maxWork: number
  /** Time of the processor so far, in µs. It is measured from the first pause on, so that short requests cost no clock. */
  #worked = 0
  /** When the present work began. */
  #since: NodeJS.CpuUsage | undefined
  #paused = false
  #cost = 0
  #stepCost = 0
  #nextClock = CLOCK_COST
  /** Time of the processor when the clock was read first in this step. */
  #firstClock: NodeJS.CpuUsage | undefined
  /** Bytes of the results so far. */
  #kept = 0

  constructor({ room, timed = true }: RequestBudgetOptions = {}) {
    this.#room = room
    this.#end = timed ? performance.now() + MAX_DURATION_MS : Number.POSITIVE_INFINITY
    this.#maxWork = timed ? MAX_WORK : Number.POSITIVE_INFINITY
  }

  /** @throws CloudsteadError DATABASE_REQUEST_FAILED when the request has become too costly */
  spend(cost: number): void {
    this.#stepCost += cost
    if (this.#stepCost >= this.#nextClock) this.#check()
  }

  /**
   * Begins the work on the next document. Whether the event loop should get a turn before: then call `pause`.
   *
   * @throws CloudsteadError DATABASE_REQUEST_FAILED when the request has become too costly
   */
  nextStep(): boolean {
    this.#cost += this.#stepCost
    this.#stepCost = 0
    this.#nextClock = CLOCK_COST
    if (this.#cost > MAX_COST) throw tooCostly()
    this.#firstClock = undefined
    return this.#slice.isOver(performance.now())
  }

  /**
   * Gives the event loop a turn.
   *
   * @throws CloudsteadError DATABASE_REQUEST_FAILED when the request has taken too long; it rejects
   */
  async pause(): Promise<void> {
    this.suspend()
    await this.#slice.pause()
    this.#paused = true
    this.resume()
    if (this.#worked > this.#maxWork || performance.now() > this.#end) throw tooLong()
  }

  /** Others may work from now on. */
  suspend(): void {
    if (this.#since === undefined) return
    const { user, system } = process.threadCpuUsage(this.#since)
    this.#worked += user + system
    this.#since = undefined
  }

  /** The work continues after `suspend`. */
  resume(): void {
    if (this.#paused) this.#since = process.threadCpuUsage()
  }

  /** Whether there is room at once for this many bytes besides the results. */
  has(bytes: number): boolean {
    return this.#room?.has(this.#kept + bytes) ?? true
  }

  /** The results have this many bytes by now. They count for `hold`. */
  keep(bytes: number): void {
    this.#kept = bytes
  }

  /**
   * Makes room for this many bytes besides the results. Returns undefined when there is room at once.
   *
   * @throws CloudsteadError SERVER_BUSY when there is none in time; it rejects
   */
  hold(bytes: number): Promise<void> | undefined {
    const all = this.#kept + bytes
    return all <= SMALL_BYTES ? undefined : this.#room?.hold(all)
  }

  #check(): void {
    this.#nextClock = this.#stepCost + CLOCK_COST
    if (this.#stepCost > MAX_STEP_COST) throw tooCostly()
    this.#firstClock ??= process.threadCpuUsage()
    const { user, system } = process.threadCpuUsage(this.#firstClock)
    if (user + system > MAX_STEP_TIME) throw tooCostly()
  }
}

function tooCostly(): CloudsteadError {
  return new CloudsteadError('DATABASE_REQUEST_FAILED', {
    en: 'the request is too costly: narrow the query, or use fewer conditions, projections and sort fields on long arrays and texts',
    zh: '请求开销过大：请缩小查询范围，或减少对长数组和长文本的条件、投影和排序字段',
  })
}

function tooLong(): CloudsteadError {
  return new CloudsteadError('DATABASE_REQUEST_FAILED', {
    en: 'the request takes too long: narrow the query, or declare an index for it',
    zh: '请求耗时过长：请缩小查询范围，或为其声明索引',
  })
}
