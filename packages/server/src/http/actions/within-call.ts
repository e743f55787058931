import { toCloudsteadError } from '@cloudstead/protocol'
import type { CallContext } from '../../functions/call-token.ts'

export interface CallLog {
  debug(details: object, message: string): void
}

/** Logs what a function asks the server for, under the id of its call. */
export async function loggedWithin<T>(
  call: CallContext,
  log: CallLog,
  action: unknown,
  run: () => Promise<T>,
): Promise<T> {
  const write = (code: string) => log.debug({ call: call.requestId, action, code }, 'request of a function')
  try {
    const result = await run()
    write('ok')
    return result
  } catch (error) {
    write(toCloudsteadError(error).code)
    throw error
  }
}
