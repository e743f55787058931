import { type AsyncApi, asyncApi, type ReportCallbackError } from './callbacks.ts'

/** The login calls of `wx`. */
export interface LoginApi {
  login: AsyncApi<{ timeout?: number | undefined }, { code: string }>
  checkSession: AsyncApi<object, object>
}

/** Makes `wx.login`. `code` is called at every login; its exception becomes `login:fail <message>`. */
export function createLoginApi(code: string | (() => string), report: ReportCallbackError): LoginApi {
  return {
    login: asyncApi('login', report, () => ({ code: typeof code === 'function' ? code() : code })),
    checkSession: asyncApi('checkSession', report, () => ({})),
  }
}
