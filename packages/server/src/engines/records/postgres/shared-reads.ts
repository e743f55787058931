import type { Row, Statement } from './statements.ts'

/** Sends statements in one go over one connection; resolves to the rows of each. */
type SendAll = (statements: readonly Statement[]) => Promise<readonly (readonly Row[])[]>

interface Waiting {
  readonly statement: Statement
  resolve(rows: readonly Row[]): void
  reject(error: unknown): void
}

/** More are divided among connections, which the server serves at the same time. */
const MAX_TOGETHER = 16

/**
 * Sends the statements of one turn of the event loop together: a write to a socket and the wait for it cost more than a
 * point read. For short statements that cannot fail alone; each waits for all that are sent with it.
 */
export function sharedReads(sendAll: SendAll): (statement: Statement) => Promise<readonly Row[]> {
  let queue: Waiting[] = []

  function flush(): void {
    const all = queue
    queue = []
    for (let at = 0; at < all.length; at += MAX_TOGETHER) void answer(all.slice(at, at + MAX_TOGETHER))
  }

  async function answer(together: readonly Waiting[]): Promise<void> {
    try {
      const results = await sendAll(together.map(({ statement }) => statement))
      together.forEach(({ resolve }, at) => {
        resolve(results[at] ?? [])
      })
    } catch (error) {
      for (const { reject } of together) reject(error)
    }
  }

  return (statement) =>
    new Promise((resolve, reject) => {
      queue.push({ statement, resolve, reject })
      if (queue.length === 1) setImmediate(flush)
    })
}
