import { createLanguageScope } from '../shared/language-scope.ts'

/** Timers of at least this length (token refresh, polling) do not keep the Node process alive. */
const LONG_TIMER_MS = 120_000

/** The globals of a Mini Program besides those of the language. */
export interface MiniProgramGlobals {
  wx: object
  /** Default: does nothing. The SDKs recognize a Mini Program by `wx` and `Page`. */
  Page?: ((options: object) => void) | undefined
  /** Default: does nothing. */
  App?: ((options: object) => void) | undefined
  /** Default: the console of this process. */
  console?: Pick<Console, 'log' | 'info' | 'warn' | 'error' | 'debug'> | undefined
  /** More globals, such as getApp or Component. */
  extra?: Record<string, unknown> | undefined
}

/** The scope of loaded modules. */
export interface ModuleScope {
  /** The private, writable global object. */
  globalThis: Record<string, unknown>
  /** Hides the globals of Node that are not in `globalThis`: all names are undefined. */
  hidden: Record<string, undefined>
  /** Stops all timers that the modules started. */
  clearTimers: () => void
}

/** Creates the scope of a Mini Program: the language, timers, console and `globals`, without globals of Node or the web. */
export function createModuleScope(globals: MiniProgramGlobals): ModuleScope {
  const scope = createLanguageScope()
  const timers = createTimers()
  Object.assign(scope, {
    ...timers.functions,
    console: globals.console ?? console,
    wx: globals.wx,
    Page: globals.Page ?? ignore,
    App: globals.App ?? ignore,
    ...globals.extra,
    globalThis: scope,
    global: scope,
  })
  const hidden: Record<string, undefined> = Object.create(null)
  for (const name of Object.getOwnPropertyNames(globalThis)) hidden[name] = undefined
  for (const name of ['window', 'self', 'document', 'localStorage', 'location', 'XMLHttpRequest', 'File', 'require']) {
    hidden[name] = undefined
  }
  return { globalThis: scope, hidden, clearTimers: timers.clear }
}

const ignore = (): void => {}

/** Timers whose handles are numbers, as in WeChat. */
function createTimers(): { functions: Record<string, unknown>; clear: () => void } {
  const running = new Map<number, NodeJS.Timeout>()
  let last = 0
  const start = (make: (id: number) => NodeJS.Timeout, delayMs: unknown): number => {
    last += 1
    const timer = make(last)
    if (Number(delayMs) >= LONG_TIMER_MS) timer.unref()
    running.set(last, timer)
    return last
  }
  const stop = (id: unknown): void => {
    if (typeof id !== 'number') return
    clearTimeout(running.get(id))
    running.delete(id)
  }
  const functions = {
    setTimeout: (callback: (...args: unknown[]) => void, delayMs?: number, ...args: unknown[]) =>
      start(
        (id) =>
          setTimeout(() => {
            running.delete(id)
            callback(...args)
          }, delayMs),
        delayMs,
      ),
    setInterval: (callback: (...args: unknown[]) => void, delayMs?: number, ...args: unknown[]) =>
      start(() => setInterval(callback, delayMs, ...args), delayMs),
    clearTimeout: stop,
    clearInterval: stop,
  }
  return {
    functions,
    clear: () => {
      for (const id of [...running.keys()]) stop(id)
    },
  }
}
