import { type Callbacks, deliver, type ReportCallbackError } from './callbacks.ts'
import { WxFailure } from './failure.ts'
import type { ClientIdentity } from './headers.ts'
import { Listeners } from './listeners.ts'
import type { ResponseHead, Sender, SendOptions, TransferFiles } from './sender.ts'
import { laterTurn } from './timers.ts'
import { effectiveTimeout, type TransferQueue } from './transfer-queue.ts'

/** What request, uploadFile and downloadFile are made of. */
export interface TransferParts<Content, Body> {
  queue: TransferQueue
  sender: Sender<Content, Body>
  files: TransferFiles<Content, Body>
  identity: ClientIdentity
  report: ReportCallbackError
  /** `networkTimeout` of app.json, milliseconds by call. */
  timeouts?: Readonly<Record<string, number | undefined>> | undefined
}

/** What the tasks of request, uploadFile and downloadFile have in common. */
export interface TransferTask {
  /** Ends the transfer with `<api>:fail abort`; has no effect once it is over. */
  abort: () => void
  onHeadersReceived: (listener: (event: ResponseHead) => void) => void
  offHeadersReceived: (listener?: (event: ResponseHead) => void) => void
}

/**
 * Starts a transfer: `work` runs in a later turn, when the queue lets it, and its outcome goes to the callbacks.
 * All failures, wrong arguments included, arrive through `fail`.
 */
export function startTransfer<Result extends object>(
  api: string,
  options: Callbacks<Result> & { timeout?: unknown },
  parts: Pick<TransferParts<unknown, unknown>, 'queue' | 'report' | 'timeouts'> & {
    sender: Pick<Sender<unknown, unknown>, 'asFailure'>
  },
  work: (options: SendOptions) => Promise<Result>,
): TransferTask {
  const { queue, sender, report } = parts
  const controller = new AbortController()
  const headers = new Listeners<ResponseHead>(report)
  const sendOptions: SendOptions = {
    signal: controller.signal,
    conditions: () => queue.conditions,
    onHead: (head) => headers.emit({ ...head }),
  }
  const timeout = effectiveTimeout(options.timeout, parts.timeouts?.[api])
  const outcome = laterTurn()
    .then(() => queue.run(controller, timeout, () => work(sendOptions)))
    .catch((error: unknown) => Promise.reject(sender.asFailure(error)))
  void deliver(api, options, outcome, report)
  return {
    abort: () => controller.abort(new WxFailure('abort')),
    onHeadersReceived: headers.on,
    offHeadersReceived: headers.off,
  }
}
