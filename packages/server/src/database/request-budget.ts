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
const MAX_STEP_TIME = 500_000

/**
 * The work that one request may cause: its query, projection, order and update together. Whatever loops over elements of
 * arrays, characters or combinations of values announces its cost before. Plain conditions on plain fields cost nothing:
 * their number is bounded by the query, and the event loop gets turns between documents.
 *
 * @example
 * const budget = new RequestBudget()
 * for (const document of documents) {
 *   if (budget.nextStep()) await budget.pause()
 *   work(document, budget)
 * }
 */
export class RequestBudget {
  readonly #slice = new TimeSlice()
  #cost = 0
  #stepCost = 0
  #nextClock = CLOCK_COST
  /** Time of the processor when the clock was read first in this step. */
  #firstClock: NodeJS.CpuUsage | undefined

  /** @throws CloudsteadError DATABASE_REQUEST_FAILED when the request has become too costly */
  spend(cost: number): void {
    this.#stepCost += cost
    if (this.#stepCost >= this.#nextClock) this.#check()
  }

  /** Begins the work on the next document. Whether the event loop should get a turn before: then call `pause`. */
  nextStep(): boolean {
    this.#cost += this.#stepCost
    this.#stepCost = 0
    this.#nextClock = CLOCK_COST
    if (this.#cost > MAX_COST) throw tooCostly()
    this.#firstClock = undefined
    return this.#slice.isOver(performance.now())
  }

  /** Gives the event loop a turn. */
  pause(): Promise<void> {
    return this.#slice.pause()
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
