/** Waits for a condition: an expiry, an edited configuration, a line of the log. */
import { setTimeout as delay } from 'node:timers/promises'

const PAUSE_MS = 20
/** Much longer than necessary, so that no test fails on a slow machine. */
const WITHIN_MS = 10_000

/** Calls `ask` repeatedly until its answer is wanted. Throws a description with the last answer after the timeout. */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  wanted: (answer: T) => boolean,
  withinMs = WITHIN_MS,
): Promise<T> {
  const end = performance.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    if (performance.now() > end) {
      throw new Error(`${what}: not within ${withinMs} ms, last answer ${JSON.stringify(answer)}`)
    }
    await delay(PAUSE_MS)
  }
}

/** Resolves once a condition is true. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = WITHIN_MS,
): Promise<void> {
  await until(what, holds, (held) => held, withinMs)
}
