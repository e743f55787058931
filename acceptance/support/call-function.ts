/** Calls of functions as SDKs make them in dialect A, with every byte known. */
import type { RunningServer } from './server.ts'
import { act, type Person } from './wire.ts'

/** The code of the error, or the result. */
export type CallOutcome = { readonly code: string; readonly message: string } | { readonly result: unknown }

export async function callFunction(
  server: Pick<RunningServer, 'url' | 'env'>,
  name: string,
  data: unknown = {},
  who?: Person,
): Promise<CallOutcome> {
  const params = { function_name: name, request_data: JSON.stringify(data) }
  const { code, message = '', data: answer } = await act(server, who, 'functions.invokeFunction', params)
  return code === undefined ? { result: JSON.parse(answer.response_data) } : { code, message }
}

/** The result, or the code of the error. */
export async function resultOf(...args: Parameters<typeof callFunction>): Promise<unknown> {
  const outcome = await callFunction(...args)
  return 'result' in outcome ? outcome.result : outcome.code
}
