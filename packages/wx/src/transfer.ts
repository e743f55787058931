import { type Callbacks, deliver, type ReportCallbackError } from './callbacks.ts'
import { WxFailure } from './failure.ts'
import type { ClientIdentity } from './headers.ts'
import { Listeners } from './listeners.ts'
import { effectiveTimeout, type NetworkConditions, type NetworkLane } from './network-lane.ts'
import { laterTurn } from './timers.ts'

/** What request, uploadFile and downloadFile need from the rest of the phone. */
export interface NetworkParts {
  lane: NetworkLane
  identity: ClientIdentity
  report: ReportCallbackError
  /** Words what the network stack beneath throws as WeChat words it; failures that are already ours pass through. */
  asFailure: (thrown: unknown) => WxFailure
  /** `networkTimeout` of app.json, milliseconds by call. */
  timeouts?: Readonly<Record<string, number | undefined>> | undefined
}

/** What is known when the response head has arrived. Header names keep the spelling the server used. */
export interface ResponseHead {
  statusCode: number
  header: Record<string, string>
  cookies: string[]
}

/** The line a request travels on: how it is cut off, and how bad it is. */
export interface Line {
  signal: AbortSignal
  conditions: () => Readonly<NetworkConditions>
  /** Called with the number of body bytes handed over so far. */
  onSent?: (bytes: number) => void
}

/** What every task of the network family can do. */
export interface TransferTask {
  /** Ends the transfer with `<api>:fail abort`; without effect once it is over. */
  abort: () => void
  onHeadersReceived: (listener: (event: HeadersReceived) => void) => void
  offHeadersReceived: (listener?: (event: HeadersReceived) => void) => void
}

export interface HeadersReceived {
  header: Record<string, string>
  statusCode: number
  cookies: string[]
}

/** A transfer that has been started: its task for the caller, and the line its work uses. */
export interface StartedTransfer {
  task: TransferTask
  headersReceived: (head: ResponseHead) => void
  line: Line
}

/**
 * Starts a transfer: `work` runs in a later turn, when a lane is free, and its outcome goes to the callbacks.
 * All failures, of arguments too, arrive through `fail`.
 */
export function startTransfer<Result extends object>(
  api: string,
  options: Callbacks<Result> & { timeout?: unknown },
  parts: NetworkParts,
  work: (transfer: StartedTransfer) => Promise<Result>,
): TransferTask {
  const controller = new AbortController()
  const headers = new Listeners<HeadersReceived>(parts.report)
  const task: TransferTask = {
    abort: () => controller.abort(new WxFailure('abort')),
    onHeadersReceived: headers.on,
    offHeadersReceived: headers.off,
  }
  const transfer: StartedTransfer = {
    task,
    headersReceived: ({ header, statusCode, cookies }) => headers.emit({ header, statusCode, cookies }),
    line: { signal: controller.signal, conditions: () => parts.lane.conditions },
  }
  const timeout = effectiveTimeout(options.timeout, parts.timeouts?.[api])
  const outcome = laterTurn()
    .then(() => parts.lane.run(controller, timeout, () => work(transfer)))
    .catch((error: unknown) => Promise.reject(parts.asFailure(error)))
  void deliver(api, options, outcome, parts.report)
  return task
}
