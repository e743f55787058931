/** The far side of the wire, made up: a server that answers as told, and a `wx` that sends to it. */
import type { LoginMethod } from '../login.ts'
import type { InnerApp, InnerAuth } from '../sdk.ts'
import type { UploadRequest, Wechat, WxFailure } from '../wechat.ts'

export const ENV = 'demo-1abcde'

/** A `wx` of which a test gives only what it uses. */
export function fakeWx(given: Partial<Wechat>): Wechat {
  const lacking = new Proxy(given, {
    get: (target, name) => Reflect.get(target, name) ?? (() => Promise.reject(new Error(`no wx.${String(name)}`))),
  })
  return lacking as Wechat
}

/** An uploadFile that ends as told, in a later turn. */
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

/** A login service where everybody is `alice`, and the app of somebody logged in there. */
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
