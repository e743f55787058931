import type { TestContext } from 'node:test'
import { createWx, type WxInstance, type WxOptions } from '../node/create-wx.ts'
import type { Callbacks, WxResult } from '../shared/callbacks.ts'

/** A phone for one test. Exceptions in callbacks fail the test, unless `onCallbackError` is given. */
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

/** Waits for the callbacks of a call without a promise; a failure rejects with its errMsg object. */
export function settled<Result extends object>(
  start: (callbacks: Required<Pick<Callbacks<Result>, 'success' | 'fail'>>) => void,
): Promise<Result & WxResult> {
  return new Promise((resolve, reject) => start({ success: resolve, fail: reject }))
}

/** A promise and the function that resolves it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}
