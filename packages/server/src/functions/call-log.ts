/** The calls of this process, for the operator: what was called, how it ended, and what the functions wrote. */
import { bytesOf, type CallRecord, type LogLine } from './call.ts'

/** Of all functions. */
const MAX_CALLS = 1000
/** Bytes of the lines of all calls. Beyond it, the oldest calls lose their lines. */
const MAX_BYTES = 16 * 1024 * 1024
/** What is left then, so that it is not for each line that all are counted. */
const KEPT_BYTES = 12 * 1024 * 1024

/** What has happened since the server started. */
interface FunctionCounts {
  readonly calls: number
  readonly errors: number
  readonly coldStarts: number
}

/** What followers are told: a line as it is written, or a call that has ended. */
export type LogEvent =
  | { readonly type: 'line'; readonly function: string; readonly requestId: string | undefined; readonly line: LogLine }
  | { readonly type: 'call'; readonly call: CallRecord }

interface CallQuery {
  readonly function?: string | undefined
  /** Only calls that failed. */
  readonly failed?: boolean | undefined
  /** Part of a line, of the error, of the caller or of the request id. */
  readonly search?: string | undefined
  readonly requestId?: string | undefined
  readonly limit: number
}

export interface CallLog {
  add(call: CallRecord): void
  /** Newest first. */
  list(query: CallQuery): readonly CallRecord[]
  counts(name: string): FunctionCounts
  publish(event: LogEvent): void
  /** @returns how to stop */
  follow(listener: (event: LogEvent) => void): () => void
}

export function createCallLog(): CallLog {
  const calls: CallRecord[] = []
  const counts = new Map<string, FunctionCounts>()
  const listeners = new Set<(event: LogEvent) => void>()

  /** Bytes of all lines, also of calls that have not ended; too high when lines are gone. */
  let bytes = 0

  function publish(event: LogEvent): void {
    if (event.type === 'line') {
      bytes += bytesOf(event.line)
      if (bytes > MAX_BYTES) forgetLines()
    }
    for (const listener of listeners) listener(event)
  }

  /** Counts what is there, from the newest call to the oldest: calls may have got lines after they ended. */
  function forgetLines(): void {
    bytes = 0
    for (let at = calls.length - 1; at >= 0; at--) {
      const call = calls[at]
      if (call === undefined || call.lines.length === 0) continue
      if (bytes < KEPT_BYTES) bytes += call.lines.reduce((sum, line) => sum + bytesOf(line), 0)
      else calls[at] = { ...call, lines: [] }
    }
  }

  function add(call: CallRecord): void {
    const { calls: made, errors, coldStarts } = countsOf(call.function)
    counts.set(call.function, {
      calls: made + 1,
      errors: errors + (call.status === 'ok' ? 0 : 1),
      coldStarts: coldStarts + (call.cold ? 1 : 0),
    })
    calls.push(call)
    if (calls.length > MAX_CALLS) calls.shift()
    publish({ type: 'call', call })
  }

  function countsOf(name: string): FunctionCounts {
    return counts.get(name) ?? { calls: 0, errors: 0, coldStarts: 0 }
  }

  return {
    add,
    list(query) {
      const found: CallRecord[] = []
      for (let at = calls.length - 1; at >= 0 && found.length < query.limit; at--) {
        const call = calls[at]
        if (call !== undefined && matches(call, query)) found.push(call)
      }
      return found
    },
    counts: countsOf,
    publish,
    follow(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function matches(call: CallRecord, { function: name, failed, search, requestId }: CallQuery): boolean {
  if (name !== undefined && call.function !== name) return false
  if (failed === true && call.status === 'ok') return false
  if (requestId !== undefined && call.requestId !== requestId) return false
  if (search === undefined) return true
  const { lines, error } = call
  const texts = [call.requestId, call.caller, call.status, error?.message ?? '', ...lines.map(({ text }) => text)]
  return texts.some((text) => text.toLowerCase().includes(search.toLowerCase()))
}
