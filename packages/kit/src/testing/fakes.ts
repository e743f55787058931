/** Fakes of the SDK and of `wx` for unit tests. */
import type { LoginMethod } from '../login.ts'
import type { InnerApp, InnerAuth } from '../sdk.ts'
import type { UploadRequest, Wechat, WxFailure } from '../wechat.ts'

export const ENV = 'demo-1abcde'

/** A `wx` with only the calls that a test gives; others reject. */
export function fakeWx(given: Partial<Wechat>): Wechat {
  const partial = new Proxy(given, {
    get: (target, name) => Reflect.get(target, name) ?? (() => Promise.reject(new Error(`no wx.${String(name)}`))),
  })
  return partial as Wechat
}

/** An uploadFile that ends with `answer`, in a later turn. */
export function uploadsThat(
  answer: (request: UploadRequest) => { statusCode: number; data: string } | WxFailure,
): Pick<Wechat, 'uploadFile'> {
  return {
    uploadFile(request) {
      setImmediate(() => {
        const outcome = answer(request)
        if ('errMsg' in outcome) request.fail(outcome)
        else request.success(outcome)
      })
      return { abort: () => undefined, onProgressUpdate: () => undefined }
    },
  }
}

/** A login service whose only user is `alice`. */
export function fakeAuth(given: Partial<InnerAuth> = {}): InnerAuth & { logins: number } {
  let user: { uid: string } | undefined
  const auth: InnerAuth & { logins: number } = {
    logins: 0,
    hasLoginState: () => user,
    getLoginState: async () => (user === undefined ? null : { user }),
    async signInAnonymously() {
      auth.logins += 1
      user = { uid: 'alice' }
      return {}
    },
    signInWithCustomTicket: () => auth.signInAnonymously({}),
    signInWithOpenId: () => auth.signInAnonymously({}),
    ...given,
  }
  return auth
}

export function fakeApp(given: Partial<InnerApp>): InnerApp {
  return given as InnerApp
}

export const ANONYMOUS: LoginMethod = 'anonymous'
export const ACCOUNT: Pick<Wechat, 'getAccountInfoSync'> = {
  getAccountInfoSync: () => ({ miniProgram: { appId: 'wx1' } }),
}
