/** Counts how much is stored. The count runs in the background, so that the Console's overview does not wait long for it. */

export interface Usage {
  readonly files: number
  readonly bytes: number
  readonly collections: number
  readonly documents: number
  readonly users: number
  /** When the count ended, in milliseconds since the epoch. */
  readonly asOf: number
  /** Present while the first count is still running; the numbers will grow. */
  readonly counting?: true
}

export interface UsageOptions {
  /** Yields the files and bytes counted so far, again and again until all are counted. */
  readonly storage: () => AsyncIterable<{ readonly files: number; readonly bytes: number }>
  readonly collections: () => Promise<readonly { readonly documents: number }[]>
  readonly users: () => Promise<number>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly failed: (error: unknown) => void
}

/**
 * A count walks over every file, so it is reused for this many times the time it took, within the limits below. Counting
 * thus takes at most a twentieth of the time.
 */
const FRESH_FACTOR = 20
const MIN_FRESH_MS = 1_000
const MAX_FRESH_MS = 30_000
/** How long a caller waits for a running count. After that it gets the previous count, or the numbers so far. */
const MAX_WAIT_MS = 500

/** @returns a function that gives the last count and starts a new one when that is too old. One count runs at a time. */
export function createUsage({ storage, collections, users, now, failed }: UsageOptions): () => Promise<Usage> {
  let known: Usage | undefined
  let soFar: Omit<Usage, 'asOf'> = { files: 0, bytes: 0, collections: 0, documents: 0, users: 0 }
  let running: Promise<void> | undefined
  let freshMs = MAX_FRESH_MS

  async function count(): Promise<void> {
    const began = now()
    const listed = await collections()
    const documents = listed.reduce((sum, one) => sum + one.documents, 0)
    const rest = { collections: listed.length, documents, users: await users() }
    soFar = { files: 0, bytes: 0, ...rest }
    for await (const { files, bytes } of storage()) soFar = { files, bytes, ...rest }
    known = { ...soFar, asOf: now() }
    freshMs = Math.min(Math.max((known.asOf - began) * FRESH_FACTOR, MIN_FRESH_MS), MAX_FRESH_MS)
  }

  return async () => {
    if (known === undefined || now() - known.asOf >= freshMs) {
      running ??= count()
        .catch(failed)
        .finally(() => {
          running = undefined
        })
    }
    if (running !== undefined) await Promise.race([running, maxWait()])
    return known ?? { ...soFar, asOf: now(), counting: true }
  }
}

function maxWait(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, MAX_WAIT_MS).unref())
}
