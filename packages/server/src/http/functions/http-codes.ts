import { type CloudsteadError, ERRORS, type ErrorCode } from '@cloudstead/protocol'

/** The codes of the HTTP API where they differ from those of SDKs. */
const CODES: Partial<Record<ErrorCode, ErrorCode>> = {
  FUNCTIONS_EXECUTE_FAIL: 'FUNCTION_INVOCATION_FAILED',
  FUNCTIONS_TIME_LIMIT_EXCEEDED: 'FUNCTION_TIME_LIMIT_EXCEEDED',
  FUNCTIONS_MEMORY_LIMIT_EXCEEDED: 'FUNCTION_MEMORY_LIMIT_EXCEEDED',
  PERMISSION_DENIED: 'EXCEED_AUTHORITY',
  INVALID_PARAM: 'FUNCTION_PARAM_INVALID',
}

/** The code and the status with which the HTTP API answers an error about a function. */
export function httpCodeOf({ code }: CloudsteadError): { readonly code: ErrorCode; readonly status: number } {
  const own = CODES[code] ?? code
  return { code: own, status: ERRORS[own].status }
}
