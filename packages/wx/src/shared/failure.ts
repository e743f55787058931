/** What a failed wx call passes to `fail` and `complete`, or rejects with: a plain object, not an Error. */
export interface WxError {
  errMsg: string
  errno?: number
}

/** WeChat's numbers for the failures that callers distinguish. */
export const ERRNO = {
  timeout: 5,
  privacyRefused: 104,
  privacyUndeclared: 112,
  network: 600001,
  networkInterrupted: 600003,
  noSuchFile: 1300002,
  fileExists: 1301005,
  permissionDenied: 1300013,
} as const

/** A failure inside of the implementation: `reason` is the text after `<api>:fail ` in errMsg. */
export class WxFailure extends Error {
  readonly errno: number | undefined

  constructor(reason: string, errno?: number) {
    super(reason)
    this.name = 'WxFailure'
    this.errno = errno
  }
}

/** A failure worded as WeChat's network stack words it. */
export function networkFailure(code: number, name: string): WxFailure {
  return new WxFailure(`errcode:${code} cronet_error_code:${code} error_msg:net::${name}`, ERRNO.network)
}

/** The failure for an error of an unknown kind from the network stack of the platform. */
export function unknownNetworkFailure(thrown: unknown): WxFailure {
  return networkFailure(-2, `ERR_FAILED (${thrown instanceof Error ? thrown.message : String(thrown)})`)
}

/** Turns anything thrown by the implementation of `api` into WeChat's object. */
export function toWxError(api: string, thrown: unknown): WxError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  const errno = thrown instanceof WxFailure ? thrown.errno : undefined
  return { errMsg: `${api}:fail ${reason}`, ...(errno === undefined ? {} : { errno }) }
}

/** Returns `value` if it is a non-empty string; otherwise fails with WeChat's text for a wrong argument. */
export function requireString(value: unknown, parameter: string): string {
  if (typeof value === 'string' && value !== '') return value
  const given = value === null ? 'Null' : Array.isArray(value) ? 'Array' : capitalized(typeof value)
  const found = value === '' ? 'empty String' : given
  throw new WxFailure(`parameter error: parameter.${parameter} should be String instead of ${found};`)
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
