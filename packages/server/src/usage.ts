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

export interface UsageDeps {
  /** Files and bytes, more from step to step. */
  readonly storage: () => AsyncIterable<{ readonly files: number; readonly bytes: number }>
  readonly collections: () => Promise<readonly { readonly documents: number }[]>
  readonly users: () => Promise<number>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly failed: (error: unknown) => void
}

/** Counting again costs a walk over every file, so what was counted is shown for a while. */
const FRESH_MS = 30_000
/** Whoever comes first waits for the count so long; then gets what there is so far. */
const PATIENCE_MS = 1_500

/** Counts when it is asked and the last count is old; one count at a time. */
export function createUsage({ storage, collections, users, now, failed }: UsageDeps): () => Promise<Usage> {
  let known: Usage | undefined
  let soFar: Omit<Usage, 'asOf'> = { files: 0, bytes: 0, collections: 0, documents: 0, users: 0 }
  let running: Promise<void> | undefined

  async function count(): Promise<void> {
    const listed = await collections()
    const documents = listed.reduce((sum, one) => sum + one.documents, 0)
    const rest = { collections: listed.length, documents, users: await users() }
    soFar = { files: 0, bytes: 0, ...rest }
    for await (const { files, bytes } of storage()) soFar = { files, bytes, ...rest }
    known = { ...soFar, asOf: now() }
  }

  return async () => {
    if (known === undefined || now() - known.asOf >= FRESH_MS) {
      running ??= count()
        .catch(failed)
        .finally(() => {
          running = undefined
        })
    }
    if (known === undefined && running !== undefined) await Promise.race([running, patience()])
    return known ?? { ...soFar, asOf: now(), counting: true }
  }
}

function patience(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, PATIENCE_MS).unref())
}
