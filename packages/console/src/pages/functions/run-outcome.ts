/** Calls a function, and finds what is known about the call. */
import type { FunctionCall } from '@cloudstead/admin-api'
import { type ApiError, call, isAbort, toApiError } from '../../api/index.ts'

interface Finished {
  /** The call in the log; undefined when another server has it, or it was never made. */
  readonly call: FunctionCall | undefined
}

/** What came of a call. */
export type Outcome =
  | (Finished & {
      readonly result: unknown
      readonly requestId: string
      readonly durationMs: number
      readonly error?: never
    })
  | (Finished & { readonly error: ApiError })

/**
 * Makes a call, and adds what the log has about it.
 *
 * @throws an AbortError
 */
export async function outcomeOf(
  name: string,
  signal: AbortSignal,
  run: () => Promise<{ readonly result: unknown; readonly requestId: string; readonly durationMs: number }>,
): Promise<Outcome> {
  try {
    const answer = await run()
    return { ...answer, call: await loggedCall(name, answer.requestId, signal) }
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown
    const error = toApiError(thrown)
    return { error, call: await loggedCall(name, error.requestId, signal) }
  }
}

async function loggedCall(name: string, requestId: string | undefined, signal: AbortSignal) {
  if (requestId === undefined) return undefined
  try {
    const { items } = await call('listFunctionCalls', { params: { name }, query: { requestId } }, { signal })
    return items[0]
  } catch (thrown) {
    if (isAbort(thrown)) throw thrown
    // The outcome is there without it.
    return undefined
  }
}
