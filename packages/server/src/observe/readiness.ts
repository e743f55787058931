/** Whether requests should come to this server, for load balancers and the Console. */
import timers from 'node:timers/promises'

/** An engine that has not answered by then counts as away. */
const ANSWER_MS = 1_500
/** Answers of the engines are good for this long: anybody can ask, and it must cost them nothing. */
const KEPT_MS = 1_000

/** `failing`: the records are away, so nothing works. `degraded`: documents and logins work. */
type ReadinessStatus = 'ok' | 'degraded' | 'draining' | 'failing'

export interface Readiness {
  readonly status: ReadinessStatus
  /** Whether requests should come to this server. */
  readonly isReady: boolean
  readonly problems: readonly ReadinessProblem[]
}

/** What does not work: the records, the store of the files, or the clock. */
type ReadinessProblem = 'records' | 'blobs' | 'clock'

export interface ReadinessOptions {
  /** Resolves when the records answer. */
  readonly records: () => Promise<unknown>
  /** Resolves when the store of the files answers. */
  readonly blobs: () => Promise<unknown>
  readonly clockIsRight: () => boolean
  readonly isDraining: () => boolean
}

/** Asks both engines, at most once in a while. Resolves within 1.5 s. */
export function createReadiness({
  records,
  blobs,
  clockIsRight,
  isDraining,
}: ReadinessOptions): () => Promise<Readiness> {
  let asked: { readonly at: number; readonly answers: Promise<readonly [boolean, boolean]> } | undefined

  function askEngines(): Promise<readonly [boolean, boolean]> {
    const now = performance.now()
    if (asked === undefined || now - asked.at > KEPT_MS) {
      asked = { at: now, answers: Promise.all([answers(records), answers(blobs)]) }
    }
    return asked.answers
  }

  return async () => {
    // Load balancers should hear of it at once.
    if (isDraining()) return { status: 'draining', isReady: false, problems: [] }
    const [recordsAnswer, blobsAnswer] = await askEngines()
    const problems: ReadinessProblem[] = []
    if (!recordsAnswer) problems.push('records')
    if (!blobsAnswer) problems.push('blobs')
    if (!clockIsRight()) problems.push('clock')
    if (!recordsAnswer) return { status: 'failing', isReady: false, problems }
    return { status: problems.length === 0 ? 'ok' : 'degraded', isReady: true, problems }
  }
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  const waited = new AbortController()
  const late = timers.setTimeout(ANSWER_MS, false, { signal: waited.signal, ref: false }).catch(() => false)
  const answered = ask().then(
    () => true,
    () => false,
  )
  return Promise.race([answered, late]).finally(() => waited.abort())
}
