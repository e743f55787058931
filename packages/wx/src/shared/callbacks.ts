import { toWxError, type WxError } from './failure.ts'
import { laterTurn } from './timers.ts'

/** Every successful result has `errMsg: '<api>:ok'`. */
export interface WxResult {
  errMsg: string
}

/** The three callbacks that every asynchronous wx call accepts. */
export interface Callbacks<Result extends object = object> {
  success?: ((result: Result & WxResult) => void) | undefined
  fail?: ((error: WxError) => void) | undefined
  complete?: ((outcome: (Result & WxResult) | WxError) => void) | undefined
}

type WithCallback = { success: unknown } | { fail: unknown } | { complete: unknown }

/** An asynchronous wx call: returns nothing if a callback is given, otherwise a promise. */
export type AsyncApi<Options extends object, Result extends object> = <
  Given extends Options & Callbacks<Result> = Options & Callbacks<Result>,
>(
  ...args: Record<never, never> extends Options ? [options?: Given] : [options: Given]
) => Given extends WithCallback ? undefined : Promise<Result & WxResult>

/** Receives the exceptions of callbacks; WeChat logs them and continues. */
export type ReportCallbackError = (error: unknown) => void

/** Calls `listener` and reports its exception instead of throwing it. */
export function callSafely<Args extends unknown[]>(
  report: ReportCallbackError,
  listener: ((...args: Args) => void) | undefined,
  ...args: Args
): void {
  if (typeof listener !== 'function') return
  try {
    listener(...args)
  } catch (error) {
    report(error)
  }
}

/** Passes the outcome of `work` to the callbacks in `options`: success or fail, then complete. Never throws. */
export async function deliver<Result extends object>(
  api: string,
  options: Callbacks<Result>,
  work: Promise<Result>,
  report: ReportCallbackError,
): Promise<void> {
  const callBack = await work.then(
    (value) => {
      const result = { ...value, errMsg: `${api}:ok` }
      return () => {
        callSafely(report, options.success, result)
        callSafely(report, options.complete, result)
      }
    },
    (thrown: unknown) => {
      const error = toWxError(api, thrown)
      return () => {
        callSafely(report, options.fail, error)
        callSafely(report, options.complete, error)
      }
    },
  )
  callBack()
}

/**
 * Makes a wx call out of `work`. It answers in a later turn of the event loop, with callbacks or a promise, and never
 * throws synchronously.
 */
export function asyncApi<Options extends object, Result extends object>(
  api: string,
  report: ReportCallbackError,
  work: (options: Options) => Result | Promise<Result>,
): AsyncApi<Options, Result> {
  const call = (given?: (Options & Callbacks<Result>) | null) => {
    const options = given ?? ({} as Options & Callbacks<Result>)
    const outcome = laterTurn().then(() => work(options))
    if (hasCallback(options)) {
      void deliver(api, options, outcome, report)
      return undefined
    }
    return outcome.then(
      (result) => ({ ...result, errMsg: `${api}:ok` }),
      (thrown: unknown) => Promise.reject(toWxError(api, thrown)),
    )
  }
  return call as AsyncApi<Options, Result>
}

/** True if success, fail or complete is a function. */
function hasCallback(options: Callbacks<never>): boolean {
  return [options.success, options.fail, options.complete].some((callback) => typeof callback === 'function')
}
