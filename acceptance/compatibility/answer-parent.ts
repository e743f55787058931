import type { NodeAnswer } from './node-columns.ts'
import type { ProbeResults } from './probe.ts'

/** Sends the parent process the results, or why the SDK could not be used at all. Ends this process. */
export async function answerParent(run: () => Promise<ProbeResults>): Promise<void> {
  const answer = await run().then(
    (results): NodeAnswer => ({ results }),
    (error): NodeAnswer => ({ failure: String(error) }),
  )
  process.send?.(answer, () => process.exit())
}
