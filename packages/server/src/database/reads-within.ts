import type { Records } from '../engines/records/records.ts'
import type { RequestBudget } from './request-budget.ts'

interface Read {
  readonly id: string
  readonly value?: string
}

/**
 * The reading part of the records, for one request. How many bytes a step has is known only when it has been read: without
 * room for them it is let go of, and read again when there is room.
 *
 * @throws CloudsteadError SERVER_BUSY when there is no room in time; the reads reject
 */
export function readsWithin(records: Records, budget: RequestBudget): Pick<Records, 'find' | 'get'> {
  return {
    find: (request) =>
      readStep(
        budget,
        () => records.find(request),
        (page) => page.records,
      ),
    get: (keys, maxBytes) =>
      readStep(
        budget,
        () => records.get(keys, maxBytes),
        (found) => found,
      ),
  }
}

async function readStep<T>(
  budget: RequestBudget,
  read: () => Promise<T>,
  recordsOf: (step: T) => readonly (Read | undefined)[],
): Promise<T> {
  const turn = budget.turn()
  if (turn !== undefined) await turn
  budget.resume()
  let step: T | undefined = await read()
  const wait = budget.hold(lengthOf(recordsOf(step)))
  if (wait === undefined) return step
  step = undefined
  budget.suspend()
  await wait
  budget.resume()
  return read()
}

function lengthOf(records: readonly (Read | undefined)[]): number {
  let length = 0
  for (const record of records) length += record?.value?.length ?? 0
  return length
}
