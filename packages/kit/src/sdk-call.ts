import { failed, type Result } from './errors.ts'
import { toKitError } from './failures.ts'

/** Runs a call of the SDK and returns its outcome as a value: the SDK throws some errors, and resolves with `{ code, message }` for others. */
export async function sdkCall<Answer>(work: () => Promise<Answer>): Promise<Result<{ readonly answer: Answer }>> {
  try {
    const answer = await work()
    return typeof Object(answer).code === 'string' ? failed(toKitError(answer)) : { ok: true, answer }
  } catch (error) {
    return failed(toKitError(error))
  }
}
