import type { Result } from './errors.ts'

/** The longest delay, however many tries have failed. */
const MAX_DELAY_MS = 30_000
/** First delay for small calls: logins, URLs, the database. */
const SMALL_CALL_DELAY_MS = 300
/** How often a small call is tried, the first time included. */
const SMALL_CALL_TRIES = 3

/**
 * The delay before try number `tries + 1`, in milliseconds: doubled each time, and between half and all of that, so that
 * phones that lost the network at the same time do not all return at the same time.
 *
 * @param tries how many have failed, from 1
 * @param random from 0 to 1
 */
export function retryDelay(tries: number, firstMs: number, random: number = Math.random()): number {
  const full = Math.min(firstMs * 2 ** (tries - 1), MAX_DELAY_MS)
  return Math.round(full * (0.5 + random / 2))
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Repeats a small call while its error is retryable. */
export async function persist<Value extends object>(work: () => Promise<Result<Value>>): Promise<Result<Value>> {
  for (let tries = 1; ; tries += 1) {
    const result = await work()
    if (result.ok || !result.error.retryable || tries === SMALL_CALL_TRIES) return result
    await wait(retryDelay(tries, SMALL_CALL_DELAY_MS))
  }
}
