/** Waiting for what only time brings: an expiry, an edited configuration, a line of the log. */
import { setTimeout as delay } from 'node:timers/promises'

const PAUSE_MS = 20
/** Far more than anything here takes, so that a slow machine does not fail a test. */
const WITHIN_MS = 10_000

/** Asks again and again until the answer is wanted. Throws what it waited for, with the last answer. */
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

/** Resolves when something has become true. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = WITHIN_MS,
): Promise<void> {
  await until(what, holds, (held) => held, withinMs)
}
