import type { Records } from '../engines/records/records.ts'
import type { RequestBudget } from './request-budget.ts'

interface Read {
  readonly id: string
  readonly value?: string
}

/** Bytes from which a step is large: reading it in vain costs more than asking for room before. */
const LARGE_BYTES = 1024 * 1024

/** The bytes of the last step that was read of a space, where it was large. */
const largeSteps = new WeakMap<Records, Map<string, number>>()

/**
 * The reading part of the records, for one request. How many bytes a step has is known only when it has been read: without
 * room for them it is let go of, and read again when there is room. Where the last step was large, the next one is expected
 * to be, and is not read before there is room.
 *
 * @throws CloudsteadError SERVER_BUSY when there is no room in time; the reads reject
 */
export function readsWithin(records: Records, budget: RequestBudget): Pick<Records, 'find' | 'get'> {
  return {
    find: (request) =>
      readStep(
        { records, budget, space: request.space },
        () => records.find(request),
        (page) => page.records,
      ),
    get: (keys, maxBytes) =>
      readStep(
        { records, budget, space: keys[0]?.space ?? '' },
        () => records.get(keys, maxBytes),
        (found) => found,
      ),
  }
}

interface Step {
  readonly records: Records
  readonly budget: RequestBudget
  readonly space: string
}

async function readStep<T>(
  { records, budget, space }: Step,
  read: () => Promise<T>,
  recordsOf: (step: T) => readonly (Read | undefined)[],
): Promise<T> {
  const expected = largeSteps.get(records)?.get(space) ?? 0
  if (expected > 0 && !budget.has(expected)) await budget.hold(expected)
  budget.resume()
  let step: T | undefined = await read()
  const length = lengthOf(recordsOf(step))
  if (length > LARGE_BYTES || expected > 0) expect(records, space, length)
  const wait = budget.hold(length)
  if (wait === undefined) return step
  step = undefined
  budget.suspend()
  await wait
  budget.resume()
  return read()
}

function expect(records: Records, space: string, length: number): void {
  const steps = largeSteps.get(records) ?? new Map<string, number>()
  largeSteps.set(records, steps)
  if (length > LARGE_BYTES) steps.set(space, length)
  else steps.delete(space)
}

function lengthOf(records: readonly (Read | undefined)[]): number {
  let length = 0
  for (const record of records) length += record?.value?.length ?? 0
  return length
}
