export interface WaitsOptions {
  /** The longest wait, in ms. */
  readonly longestMs: number
  /** Called when nobody waits any more. */
  readonly onLast: () => void
}

/** The pending waits for changes of some spaces. How the changes are found is up to the engine. */
export interface Waits {
  readonly count: number
  /**
   * Waits while `work` runs, or shorter. `woken` resolves when one of the spaces was woken, or after the longest wait.
   *
   * @throws what `work` throws; the reason of the signal; an error after `close`
   */
  during(
    spaces: ReadonlySet<string>,
    signal: AbortSignal | undefined,
    work: (woken: Promise<void>) => Promise<void>,
  ): Promise<void>
  /** Ends the waits for these spaces. */
  wake(spaces: readonly string[]): void
  wakeAll(): void
  /** Rejects all waits, also those to come. */
  close(): void
}

interface Waiter {
  readonly spaces: ReadonlySet<string>
  resolve(): void
  reject(reason: unknown): void
}

export function createWaits({ longestMs, onLast }: WaitsOptions): Waits {
  const waiters = new Set<Waiter>()
  let isClosed = false

  return {
    get count() {
      return waiters.size
    },
    async during(spaces, signal, work) {
      if (isClosed) throw closed()
      const { promise: woken, resolve, reject } = Promise.withResolvers<void>()
      const waiter: Waiter = { spaces, resolve, reject }
      const abort = () => reject(signal?.reason)
      const longest = setTimeout(resolve, longestMs)
      signal?.addEventListener('abort', abort)
      waiters.add(waiter)
      try {
        await Promise.race([woken, work(woken)])
      } catch (error) {
        if (isClosed) throw closed()
        throw error
      } finally {
        clearTimeout(longest)
        signal?.removeEventListener('abort', abort)
        waiters.delete(waiter)
        if (waiters.size === 0) onLast()
      }
    },
    wake(spaces) {
      for (const waiter of waiters) if (spaces.some((space) => waiter.spaces.has(space))) waiter.resolve()
    },
    wakeAll() {
      for (const { resolve } of waiters) resolve()
    },
    close() {
      isClosed = true
      for (const { reject } of waiters) reject(closed())
    },
  }
}

function closed(): Error {
  return new Error('the records are closed')
}
