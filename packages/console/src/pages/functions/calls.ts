/** The log of calls as it is shown: what the server listed, and what has happened since. Pure. */
import type { FunctionCall, FunctionLogEvent, FunctionLogLine } from '@cloudstead/admin-api'

/** The most calls that the page keeps. */
export const MAX_CALLS = 500
/** Characters of the lines that the page keeps. Beyond it, the oldest calls lose theirs. */
const MAX_TEXT = 8_000_000

/** A call that has not ended. */
export interface RunningCall {
  readonly key: string
  readonly requestId: string
  readonly function: string
  /** The time of its first line. */
  readonly startedAt: number
  readonly lines: readonly FunctionLogLine[]
}

interface EndedCall {
  readonly key: string
  readonly call: FunctionCall
}

export interface Calls {
  /** Newest first. */
  readonly ended: readonly EndedCall[]
  readonly running: readonly RunningCall[]
}

/** Which calls are shown. */
export interface CallFilter {
  readonly failed: boolean
  /** Part of a line, the error, the caller or the request id. */
  readonly search: string
}

export const NO_CALLS: Calls = { ended: [], running: [] }

/** Clients choose the ids of their requests, so that two calls may have the same one. */
function keyOf({ requestId, startedAt }: FunctionCall): string {
  return `${requestId} ${startedAt}`
}

/** Adds calls that a server has listed. Those that are there already stay as they are. */
export function addListed(calls: Calls, listed: readonly FunctionCall[]): Calls {
  const known = new Set(calls.ended.map(({ key }) => key))
  const added = listed.map((call) => ({ key: keyOf(call), call })).filter(({ key }) => !known.has(key))
  if (added.length === 0) return calls
  const ids = new Set(listed.map(({ requestId }) => requestId))
  const ended = [...calls.ended, ...added].sort((a, b) => b.call.startedAt - a.call.startedAt)
  return { ended: bounded(ended), running: calls.running.filter(({ requestId }) => !ids.has(requestId)) }
}

/** Adds what has happened. A call that does not pass the filter leaves the running ones, and is not listed. */
export function addEvent(calls: Calls, { line, call }: FunctionLogEvent, filter: CallFilter): Calls {
  if (call !== undefined) {
    const running = calls.running.filter(({ requestId }) => requestId !== call.requestId)
    return passes(call, filter) ? addListed({ ...calls, running }, [call]) : { ...calls, running }
  }
  return line?.requestId === undefined ? calls : addLine(calls, line.requestId, line)
}

function addLine({ ended, running }: Calls, requestId: string, { function: name, line }: LineEvent): Calls {
  const at = running.findIndex((one) => one.requestId === requestId)
  const known = running[at]
  if (known !== undefined) {
    return { ended, running: running.with(at, { ...known, lines: [...known.lines, line] }) }
  }
  const late = ended.findIndex(({ call }) => call.requestId === requestId)
  const former = ended[late]
  if (former !== undefined) {
    const { call } = former
    return { ended: bounded(ended.with(late, { ...former, call: { ...call, lines: [...call.lines, line] } })), running }
  }
  const started = { key: requestId, requestId, function: name, startedAt: line.time, lines: [line] }
  return { ended, running: [started, ...running].slice(0, MAX_CALLS) }
}

type LineEvent = NonNullable<FunctionLogEvent['line']>

/** Whether a call is shown, as the server decides it for its list. */
function passes({ status, requestId, caller, error, lines }: FunctionCall, { failed, search }: CallFilter): boolean {
  if (failed && status === 'ok') return false
  const texts = [requestId, caller, status, error?.message ?? '', ...lines.map(({ text }) => text)]
  const wanted = search.toLowerCase()
  return texts.some((text) => text.toLowerCase().includes(wanted))
}

function bounded(ended: readonly EndedCall[]): readonly EndedCall[] {
  let text = 0
  return ended.slice(0, MAX_CALLS).map((one) => {
    text += one.call.lines.reduce((sum, line) => sum + line.text.length, 0)
    return text > MAX_TEXT && one.call.lines.length > 0 ? { ...one, call: { ...one.call, lines: [] } } : one
  })
}
