import { setTimeout } from 'node:timers/promises'

/** An attempt resolves to it when something it read has changed meanwhile; it is then run again. */
export const CONFLICT = Symbol('conflict')

/**
 * Attempts before a writer gives up. Each conflict means that another writer succeeded, so this many in a row mean more
 * writers of one record than the engine can serve. With the pauses they take about 0.6 s.
 */
const MAX_ATTEMPTS = 64
/** The longest pause between two attempts, in ms: about the time of a commit under load. */
const MAX_PAUSE_MS = 20

export interface RetryOptions {
  /** Makes the error to reject with after a conflict in every attempt. */
  readonly exhausted: () => Error
  /** The largest number of attempts (default 64). */
  readonly attempts?: number
}

/**
 * The optimistic loop of every read-modify-write. Runs `attempt`, which reads, decides and commits with the versions it
 * read, until it resolves to something other than `CONFLICT`; resolves to that. Between two attempts it pauses for a
 * random time that grows, so that writers in conflict do not collide again.
 *
 * @throws what `attempt` throws, immediately; the error that `exhausted` makes, after the last attempt
 *
 * @example
 * await retryOnConflict(
 *   async () => {
 *     const [record] = await records.get([key])
 *     const write = decide(record)
 *     const { done } = await records.commit([write], [{ ...key, version: record?.version ?? null }])
 *     return done ? write : CONFLICT
 *   },
 *   { exhausted: () => new CloudsteadError('SERVER_BUSY') },
 * )
 */
export async function retryOnConflict<T>(
  attempt: () => Promise<T | typeof CONFLICT>,
  { exhausted, attempts = MAX_ATTEMPTS }: RetryOptions,
): Promise<T> {
  for (let tried = 1; tried <= attempts; tried += 1) {
    const result = await attempt()
    if (result !== CONFLICT) return result
    if (tried < attempts) await setTimeout(Math.random() * Math.min(2 ** (tried - 1), MAX_PAUSE_MS))
  }
  throw exhausted()
}
