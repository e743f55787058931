import { CloudsteadError } from '@cloudstead/protocol'
import type { FunctionRunner } from '../../functions/call.ts'
import { filledString, invalid, type Params } from '../params.ts'
import type { ActionTable } from './table.ts'

/** `callFunction` of dialects A and B. The data and the result are JSON texts in JSON. */
export function functionActions(runner: FunctionRunner): ActionTable {
  return {
    'functions.invokeFunction': async (caller, params, { requestId, clientAddress, origin, within, query }) => {
      const name = filledString(params, 'function_name')
      checkQualifier(params.qualifier)
      const parse = isParsed(params) || isParsed(query())
      const event = eventOf(params.request_data)
      const call = {
        name,
        event,
        caller,
        trigger: 'sdk' as const,
        requestId,
        sourceIp: clientAddress(),
        origin,
        within,
      }
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

/** The data of a call, which nobody but the function parses; empty for none. */
function eventOf(data: unknown): string {
  if (data === undefined || data === null) return ''
  if (typeof data !== 'string') throw invalid('request_data must be a string with JSON')
  return data
}
