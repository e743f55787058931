import type { TestContext } from 'node:test'
import { createWx, type WxInstance, type WxOptions } from '../node/create-wx.ts'
import type { Callbacks, WxResult } from '../shared/callbacks.ts'

/** A phone for one test. What its callbacks throw fails the test unless `onCallbackError` takes it. */
export function phoneFor(t: TestContext, options: WxOptions = {}): WxInstance {
  const phone = createWx({
    onCallbackError: (error) => {
      throw error
    },
    ...options,
  })
  t.after(() => phone.dispose())
  return phone
}

/** Waits for the callbacks of a call that returns no promise; a failure rejects with its errMsg object. */
export function settled<Result extends object>(
  start: (callbacks: Required<Pick<Callbacks<Result>, 'success' | 'fail'>>) => void,
): Promise<Result & WxResult> {
  return new Promise((resolve, reject) => start({ success: resolve, fail: reject }))
}

/** A promise and the means to end it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}
