import { setTimeout as delay } from 'node:timers/promises'

/** Asks again and again until the answer is wanted, for what only time brings: an expiry, an edited configuration. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean,
  withinMs: number,
): Promise<T> {
  const end = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    if (Date.now() > end) throw new Error(`${what}: not within ${withinMs} ms, last answer ${JSON.stringify(answer)}`)
    await delay(50)
  }
}
