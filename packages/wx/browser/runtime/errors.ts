import { addGlobalErrorListener, addGlobalWarningListener } from 'glass-easel'
import { Listeners } from '../../src/shared/listeners.ts'
import { MissingApis } from './missing-apis.ts'

/** The text of an error of the program, for the shell and `wx.onError`. */
export interface ReportedError {
  readonly message: string
  readonly stack: string
}

/** Reports everything that the program throws to the console, the shell's panel, App.onError and wx.onError. */
export class ErrorReports {
  readonly listeners = new Listeners<ReportedError>()
  readonly rejections = new Listeners<unknown>()
  readonly missing = new MissingApis()

  /** Reports uncaught errors: in timers, callbacks, templates, lifetimes and promises. */
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
    const hint = this.missing.hint(error)
    const { message, stack } = describe(error)
    if (hint === undefined) console.error(error)
    else console.error(error, hint)
    this.listeners.emit({ message: hint === undefined ? message : `${message} (${hint})`, stack })
  }

  /** Runs code of the program; an exception is reported and does not stop the harness, as in WeChat. */
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
