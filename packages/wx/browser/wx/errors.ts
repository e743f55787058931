import type { ReportCallbackError } from '../../src/shared/callbacks.ts'
import { Listeners } from '../../src/shared/listeners.ts'
import type { Host } from '../contracts.ts'

/** The calls of `wx` that listen for errors of the program. */
export interface ErrorsApi {
  onError: (listener: (message: string) => void) => void
  offError: (listener?: (message: string) => void) => void
  onUnhandledRejection: (listener: (event: { reason: unknown; promise: Promise<unknown> }) => void) => void
  offUnhandledRejection: (listener?: (event: { reason: unknown; promise: Promise<unknown> }) => void) => void
}

/** Reports errors to the program, as WeChat does: its own, and those that calls of `wx` report. */
export function createErrors(host: Host): { api: ErrorsApi; report: ReportCallbackError; stop: () => void } {
  const log = (error: unknown): void => console.error('MiniProgramError', error)
  const errors = new Listeners<string>(log)
  const rejections = new Listeners<{ reason: unknown; promise: Promise<unknown> }>(log)
  const onError = ({ error, message }: ErrorEvent): void => errors.emit(textOf(error ?? message))
  const onRejection = ({ reason, promise }: PromiseRejectionEvent): void => rejections.emit({ reason, promise })
  // If the shell does not collect errors, the window reports the uncaught ones.
  const stopHost = host.onError?.((message) => errors.emit(message))
  if (host.onError === undefined) addEventListener('error', onError)
  addEventListener('unhandledrejection', onRejection)
  return {
    api: {
      onError: errors.on,
      offError: errors.off,
      onUnhandledRejection: rejections.on,
      offUnhandledRejection: rejections.off,
    },
    report: (error) => {
      if (host.reportError !== undefined) return host.reportError(error)
      log(error)
      errors.emit(textOf(error))
    },
    stop: () => {
      stopHost?.()
      removeEventListener('error', onError)
      removeEventListener('unhandledrejection', onRejection)
    },
  }
}

/** WeChat passes a text that begins with `MiniProgramError`. */
function textOf(error: unknown): string {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)
  return `MiniProgramError\n${text}`
}
