/** What a call of a function is, and what comes of it. */
import { type Caller, CloudsteadError, type ErrorCode } from '@cloudstead/protocol'

/** Bytes of an event, or of the body of a request to a route, as on the platform. */
export const MAX_EVENT_BYTES = 6 * 1024 * 1024

/** What made a call: an SDK, HTTP access, a timer, the admin API or the command line. */
export type Trigger = 'sdk' | 'http' | 'timer' | 'admin' | 'cli'

export interface FunctionCall {
  readonly name: string
  /** JSON text, not checked yet; empty for no data. */
  readonly event: string
  /** Whose identity the function sees. */
  readonly caller: Caller
  readonly trigger: Trigger
  readonly requestId: string
  /** The address of the client. */
  readonly sourceIp?: string | undefined
  /** The origin of the URLs that the function gets from the server: `https://files.example.com`. */
  readonly origin: string
  /** The name of the timer that makes the call. */
  readonly timer?: string | undefined
  /** The token of the call from within which this one comes. */
  readonly within?: string | undefined
}

export interface FunctionAnswer {
  /** JSON text of the result. */
  readonly result: string
  readonly requestId: string
  readonly durationMs: number
}

/** What a function threw. */
export interface ThrownError {
  readonly name: string
  readonly message: string
  /** With paths of the project: for the operator only. */
  readonly stack?: string | undefined
}

/** A call that failed in the function. Its message has neither a stack nor a path. */
export class FunctionError extends CloudsteadError {
  readonly thrown: ThrownError | undefined

  constructor(code: ErrorCode, message?: string, thrown?: ThrownError) {
    super(code, message)
    this.thrown = thrown
  }
}

/** A line that a function wrote, or that was written about it. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** About the bytes of memory that a line takes: an empty one takes some, too. */
export function bytesOf({ text }: LogLine): number {
  return text.length + 64
}

/** A call that has ended. */
export interface CallRecord {
  readonly requestId: string
  readonly function: string
  readonly trigger: Trigger
  /** Of a timer: its name. */
  readonly timer?: string | undefined
  /** The uid, `admin` or `nobody`. */
  readonly caller: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly durationMs: number
  /** `ok` or the code of the error. */
  readonly status: string
  /** Whether an instance was started for it. */
  readonly cold: boolean
  readonly memoryMB: number
  readonly lines: readonly LogLine[]
  readonly error?: ThrownError | undefined
}

/** Calls functions. The only way to one: it decides who may. */
export interface FunctionRunner {
  /**
   * @throws CloudsteadError `FUNCTION_NOT_FOUND`, a refusal of the rules, `INVALID_PARAM` for an event that is no JSON, `EXCEED_CONCURRENT_REQUEST_LIMIT`
   * @throws FunctionError when the function fails, `FUNCTIONS_TIME_LIMIT_EXCEEDED`, `FUNCTIONS_MEMORY_LIMIT_EXCEEDED`,
   *   `EXCEED_MAX_RESPONSE_SIZE`
   */
  invoke(call: FunctionCall): Promise<FunctionAnswer>
}
