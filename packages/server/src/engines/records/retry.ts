import { setTimeout } from 'node:timers/promises'

/** What an attempt resolves to when something that it read has changed meanwhile: it is run again. */
export const CONFLICT = Symbol('conflict')

/**
 * Attempts before a writer gives up. Each conflict means that another writer got through, so this many in a row mean
 * more writers of one record than the engine can serve. With the pauses it takes about 0.6 s.
 */
const MAX_ATTEMPTS = 64
/** The longest pause between two attempts, in ms: about the time that a commit takes under load. */
const MAX_PAUSE_MS = 20

export interface RetryOptions {
  /** Makes the error to reject with when every attempt met a conflict. */
  readonly exhausted: () => Error
  /** How often to try (default 64). */
  readonly attempts?: number
}

/**
 * The optimistic loop of every read-modify-write: runs `attempt`, which reads, decides and commits with the versions it
 * read, until it resolves to something other than `CONFLICT`, and resolves to that. Between two attempts it pauses for
 * a random time that grows, so that writers who met once do not meet again.
 *
 * @throws what `attempt` throws, at once; what `exhausted` makes after the last attempt
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
