type NoOp = (...given: unknown[]) => void

/** The calls of `wx` that do nothing here. */
export interface NoOpApi {
  reportEvent: NoOp
  reportAnalytics: NoOp
  reportMonitor: NoOp
  getUpdateManager: () => Record<'onCheckForUpdate' | 'onUpdateReady' | 'onUpdateFailed' | 'applyUpdate', NoOp>
  getLogManager: () => Record<'debug' | 'info' | 'log' | 'warn', NoOp>
  getRealtimeLogManager: () => Record<
    'info' | 'warn' | 'error' | 'setFilterMsg' | 'addFilterMsg' | 'in' | 'getCurrentState',
    NoOp
  >
}

/** Makes the calls that only have an effect in WeChat's cloud. Here they do nothing, and log that once each. */
export function createNoOpApi(): NoOpApi {
  const logged = new Set<string>()
  const noOp =
    (name: string): NoOp =>
    () => {
      if (logged.has(name)) return
      logged.add(name)
      console.info(`wx.${name} does nothing in the browser harness`)
    }
  const named = <Name extends string>(owner: string, names: readonly Name[]): Record<Name, NoOp> =>
    Object.fromEntries(names.map((name) => [name, noOp(`${owner}().${name}`)])) as Record<Name, NoOp>
  return {
    reportEvent: noOp('reportEvent'),
    reportAnalytics: noOp('reportAnalytics'),
    reportMonitor: noOp('reportMonitor'),
    getUpdateManager: () =>
      named('getUpdateManager', ['onCheckForUpdate', 'onUpdateReady', 'onUpdateFailed', 'applyUpdate']),
    getLogManager: () => named('getLogManager', ['debug', 'info', 'log', 'warn']),
    getRealtimeLogManager: () =>
      named('getRealtimeLogManager', [
        'info',
        'warn',
        'error',
        'setFilterMsg',
        'addFilterMsg',
        'in',
        'getCurrentState',
      ]),
  }
}
