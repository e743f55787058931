import { type Callbacks, deliver, laterTurn, type ReportCallbackError } from './callbacks.ts'
import { WxFailure } from './failure.ts'
import type { ClientIdentity } from './headers.ts'
import { asNetworkFailure, type Line, type ResponseHead } from './http-exchange.ts'
import { Listeners } from './listeners.ts'
import { effectiveTimeout, type NetworkLane } from './network-lane.ts'

/** What request, uploadFile and downloadFile need from the rest of the fake. */
export interface NetworkParts {
  lane: NetworkLane
  identity: ClientIdentity
  report: ReportCallbackError
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
  const outcome = laterTurn()
    .then(() => parts.lane.run(controller, effectiveTimeout(options.timeout), () => work(transfer)))
    .catch((error: unknown) => Promise.reject(asNetworkFailure(error)))
  void deliver(api, options, outcome, parts.report)
  return task
}
