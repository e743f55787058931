import { toCloudsteadError } from '@cloudstead/protocol'
import type { FastifyRequest } from 'fastify'
import type { CallContext } from '../../functions/call-token.ts'

/** Logs what a function asks the server for, under the id of its call. */
export async function loggedWithin<T>(
  call: CallContext | undefined,
  { log }: FastifyRequest,
  action: unknown,
  run: () => Promise<T>,
): Promise<T> {
  if (call === undefined) return run()
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
