import { type AsyncApi, asyncApi, type ReportCallbackError } from '../../src/shared/callbacks.ts'
import { Listeners } from '../../src/shared/listeners.ts'
import type { HarnessOptions, Host } from '../contracts.ts'

export interface LaunchInfo {
  path: string
  query: Record<string, string>
  scene: number
  referrerInfo: object
  apiCategory: 'default'
}

export interface ProgramApi {
  getLaunchOptionsSync: () => LaunchInfo
  getEnterOptionsSync: () => LaunchInfo
  getExtConfigSync: () => Record<string, unknown>
  getExtConfig: AsyncApi<object, { extConfig: Record<string, unknown> }>
}

/** Makes the calls that tell how the program was started. */
export function createProgramApi(host: Host, options: HarnessOptions, report: ReportCallbackError): ProgramApi {
  const launch = (): LaunchInfo => ({
    path: host.launch.path,
    query: { ...host.launch.query },
    scene: host.launch.scene,
    referrerInfo: {},
    apiCategory: 'default',
  })
  const extConfig = (): Record<string, unknown> => ({
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.env === undefined ? {} : { env: options.env }),
  })
  return {
    getLaunchOptionsSync: launch,
    getEnterOptionsSync: launch,
    getExtConfigSync: extConfig,
    getExtConfig: asyncApi('getExtConfig', report, () => ({ extConfig: extConfig() })),
  }
}

export interface ErrorsApi {
  onError: (listener: (message: string) => void) => void
  offError: (listener?: (message: string) => void) => void
  onUnhandledRejection: (listener: (event: { reason: unknown; promise: Promise<unknown> }) => void) => void
  offUnhandledRejection: (listener?: (event: { reason: unknown; promise: Promise<unknown> }) => void) => void
}

/** Tells the program of its errors, as WeChat does. What calls of `wx` report goes the way of the program's own errors. */
export function createErrors(host: Host): { api: ErrorsApi; report: ReportCallbackError; stop: () => void } {
  const log = (error: unknown): void => console.error('MiniProgramError', error)
  const errors = new Listeners<string>(log)
  const rejections = new Listeners<{ reason: unknown; promise: Promise<unknown> }>(log)
  const onError = ({ error, message }: ErrorEvent): void => errors.emit(textOf(error ?? message))
  const onRejection = ({ reason, promise }: PromiseRejectionEvent): void => rejections.emit({ reason, promise })
  // The shell gathers errors when it can; else the window tells of those that nobody caught.
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

/** WeChat hands out a text that begins `MiniProgramError`. */
function textOf(error: unknown): string {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)
  return `MiniProgramError\n${text}`
}
