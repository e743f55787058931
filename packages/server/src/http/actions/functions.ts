import { setImmediate } from 'node:timers/promises'
import { CloudsteadError } from '@cloudstead/protocol'
import type { FunctionRunner } from '../../functions/call.ts'
import { checkStructure } from '../bodies.ts'
import { filledString, invalid, type Params } from '../params.ts'
import type { ActionTable } from './table.ts'

/** Bytes of the data of a call, as on the platform. */
export const MAX_EVENT_BYTES = 6 * 1024 * 1024
/** Characters of JSON from which the event loop gets a turn before it is parsed. */
const LARGE_CHARACTERS = 256 * 1024

/** `callFunction` of dialects A and B. The data and the result are JSON texts in JSON. */
export function functionActions(runner: FunctionRunner): ActionTable {
  return {
    'functions.invokeFunction': async (caller, params, { requestId, sourceIp, origin, within, query }) => {
      const name = filledString(params, 'function_name')
      checkQualifier(params.qualifier)
      const parse = isParsed(params) || isParsed(query)
      const event = await eventOf(params.request_data)
      const call = { name, event, caller, trigger: 'sdk' as const, requestId, sourceIp, origin, within }
      const { result } = await runner.invoke(call)
      return { data: { response_data: parse ? JSON.parse(result) : result } }
    },
  }
}

/** A function has one version here. @throws CloudsteadError FUNCTION_QUALIFIER_NOT_FOUND */
export function checkQualifier(qualifier: unknown): void {
  if (qualifier === undefined || qualifier === null || qualifier === '' || qualifier === '$LATEST') return
  throw new CloudsteadError('FUNCTION_QUALIFIER_NOT_FOUND')
}

function isParsed({ parse }: Params): boolean {
  return parse === true || parse === 'true'
}

/** The data of a call as JSON text; empty for none. */
async function eventOf(data: unknown): Promise<string> {
  if (data === undefined || data === null || data === '') return ''
  if (typeof data !== 'string') throw invalid('request_data must be a string with JSON')
  if (Buffer.byteLength(data) > MAX_EVENT_BYTES) {
    throw new CloudsteadError('EXCEED_REQUEST_SIZE_LIMIT', 'request_data has more than 6 MB')
  }
  await checkStructure([data])
  if (data.length > LARGE_CHARACTERS) await setImmediate()
  try {
    JSON.parse(data)
  } catch {
    throw invalid('request_data is not valid JSON')
  }
  return data
}
