import { addGlobalErrorListener, addGlobalWarningListener } from 'glass-easel'
import { ListenerSet } from './listeners.ts'

/** An error of the program as the shell shows it and as `wx.onError` gets it. */
export interface ReportedError {
  readonly message: string
  readonly stack: string
}

/** Where everything that the program throws ends up: the console, the shell's panel, App.onError and wx.onError. */
export class ErrorReports {
  readonly listeners = new ListenerSet<ReportedError>()
  readonly rejections = new ListenerSet<unknown>()

  /** Takes in what nobody caught: in timers and callbacks, in templates and lifetimes, in promises. */
  listen(window: Window): void {
    window.addEventListener('error', (event) => {
      if (event.error !== undefined && event.error !== null) this.report(event.error)
    })
    window.addEventListener('unhandledrejection', (event) => {
      this.rejections.emit(event.reason)
      this.report(event.reason)
    })
    addGlobalErrorListener((error) => {
      this.report(error)
      return false
    })
    addGlobalWarningListener((message) => {
      console.warn(message)
      return false
    })
  }

  report(error: unknown): void {
    console.error(error)
    this.listeners.emit(describe(error))
  }

  /** Runs a piece of the program; what it throws is reported and does not stop the harness, nor WeChat. */
  guard<Result>(run: () => Result): Result | undefined {
    try {
      return run()
    } catch (error) {
      this.report(error)
      return undefined
    }
  }
}

function describe(error: unknown): ReportedError {
  if (error instanceof Error) return { message: `${error.name}: ${error.message}`, stack: error.stack ?? '' }
  const failed = error as { errMsg?: unknown; message?: unknown } | null | undefined
  const text = failed?.errMsg ?? failed?.message ?? error
  return { message: typeof text === 'string' ? text : stringify(text), stack: '' }
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}
