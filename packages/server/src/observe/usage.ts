/** How much is stored, counted in the background: nobody who looks at the overview waits long for it. */

export interface Usage {
  readonly files: number
  readonly bytes: number
  readonly collections: number
  readonly documents: number
  readonly users: number
  /** Milliseconds since the epoch: when it was counted. */
  readonly asOf: number
  /** Present while the first count is still going on: there is more. */
  readonly counting?: true
}

export interface UsageOptions {
  /** Files and bytes, more from step to step. */
  readonly storage: () => AsyncIterable<{ readonly files: number; readonly bytes: number }>
  readonly collections: () => Promise<readonly { readonly documents: number }[]>
  readonly users: () => Promise<number>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly failed: (error: unknown) => void
}

/**
 * Counting again costs a walk over every file, so what was counted is shown for a while: twenty times as long as counting
 * took, so that it never takes more than a twentieth of the time. Few files are counted anew all the time.
 */
const FRESH_FACTOR = 20
const MIN_FRESH_MS = 1_000
const MAX_FRESH_MS = 30_000
/** Whoever asks waits for the count so long; then gets the last one, or what there is so far. */
const PATIENCE_MS = 500

/** Counts when it is asked and the last count is old; one count at a time. */
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
    if (running !== undefined) await Promise.race([running, patience()])
    return known ?? { ...soFar, asOf: now(), counting: true }
  }
}

function patience(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, PATIENCE_MS).unref())
}
