/** Maps failures of the SDK, `wx` and the storage to the codes of the kit. */
import { type KitError, kitError } from './errors.ts'
import { HINTS, type KitErrorCode } from './hints.ts'
import type { WxFailure } from './wechat.ts'

/** Codes of servers and SDK by the code of the kit with the same meaning. Lower case codes are the login service's. */
const FOREIGN_CODES: Readonly<Partial<Record<KitErrorCode, string>>> = {
  LOGIN_EXPIRED:
    'CHECK_LOGIN_FAILED INVALID_ACCESS_TOKEN ACCESS_TOKEN_EXPIRED INVALID_CREDENTIALS SIGN_EXPIRED ' +
    'unauthenticated invalid_grant',
  LOGIN_REFUSED: 'AUTH_INVALID_CUSTOM_LOGIN_TICKET permission_denied invalid_argument not_found user_blocked',
  LOGIN_DISABLED: 'failed_precondition provider_not_enabled login_method_disabled unimplemented',
  TOO_MANY_REQUESTS: 'resource_exhausted REQUEST_LIMIT_EXCEEDED',
  NETWORK_ERROR: 'unreachable',
  SERVER_ERROR: 'internal unavailable SYS_ERR INTERNAL_ERROR DATABASE_TRANSACTION_CONFLICT',
  WRONG_ENVIRONMENT: 'INVALID_ENV',
  INVALID_PARAM: 'INVALID_PARAMS',
  STORAGE_FILE_NONEXIST: 'OBJECT_NOT_EXIST FILE_NOT_FOUND',
  STORAGE_EXCEED_AUTHORITY: 'ACTION_FORBIDDEN AccessDenied',
  UPLOAD_TICKET_EXPIRED:
    'STORAGE_SIGN_EXPIRED STORAGE_SIGN_PARAM_INVALID ExpiredToken InvalidAccessKeyId RequestTimeTooSkewed ' +
    'SignatureDoesNotMatch',
  EXCEED_UPLOAD_MAXFILESIZE: 'EntityTooLarge',
}

/** The kit's code for the code of a server; undefined for an unknown one. */
function codeFor(name: string): KitErrorCode | undefined {
  const codes = Object.keys(HINTS) as KitErrorCode[]
  return (
    codes.find((code) => FOREIGN_CODES[code]?.split(' ').includes(name)) ??
    codes.find((code) => code === name) ??
    (name.startsWith('DATABASE_') ? 'DATABASE_REQUEST_FAILED' : undefined)
  )
}

/** An error for a code and text of a server; the message keeps the server's code. */
export function serverError(name: string, text: string, cause?: unknown): KitError {
  const message = text.startsWith(`[${name}]`) ? text : `[${name}] ${text}`
  return kitError(codeFor(name) ?? 'UNKNOWN', message, cause)
}

/** Patterns of `<api>:fail <reason>#<errno>`; the first match decides. */
const WX_PATTERNS: readonly (readonly [RegExp, KitErrorCode])[] = [
  [/interrupted|suspend|#600003$/, 'INTERRUPTED'],
  [/domain list|#600002$/, 'DOMAIN_NOT_ALLOWED'],
  [/time(d?[_ ])?out|超时|#5$/, 'TIMEOUT'],
  [/:fail abort/, 'ABORTED'],
  [/file not (found|exist)|no such file|#1300002$/, 'FILE_NOT_FOUND'],
  // The method is PATCH, of js-sdk 3 in its GATEWAY mode.
  [/invalid (?:url|method)|parameter error/, 'INVALID_PARAM'],
  [/not declared in the privacy|#112$/, 'PRIVACY_UNDECLARED'],
  [/privacy|#104$/, 'PRIVACY_REFUSED'],
  [/:fail cancel/, 'CANCELLED'],
  [/auth ?den|authorize|permission/, 'PERMISSION_MISSING'],
]

/** An error of a `wx` call; `otherwise` is the code if no pattern matches. */
export function wxError({ errMsg, errno }: WxFailure, otherwise: KitErrorCode = 'NETWORK_ERROR'): KitError {
  const reason = `${errMsg}#${errno}`.toLowerCase()
  const code = WX_PATTERNS.find(([pattern]) => pattern.test(reason))?.[1] ?? otherwise
  return kitError(code, errMsg, { errMsg, errno })
}

/** The error for an answer of the upload URL that is not a success. Both storages give the reason in XML. */
export function uploadAnswerError(statusCode: number, body: string): KitError {
  const name = /<Code>([^<]*)<\/Code>/.exec(body)?.[1]
  const text = /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? `HTTP ${statusCode} ${body.slice(0, 200)}`
  const cause = { statusCode, body }
  // COS also answers AccessDenied for an expired ticket.
  if (name === 'AccessDenied' && /expired/i.test(text)) return serverError('ExpiredToken', text, cause)
  if (name !== undefined && codeFor(name) !== undefined) return serverError(name, text, cause)
  return kitError(isTransient(statusCode) ? 'STORAGE_REQUEST_FAIL' : 'UPLOAD_REFUSED', text, cause)
}

/** True for a gateway or server that is down or busy, and for 408: the body did not arrive in time. */
function isTransient(statusCode: number): boolean {
  return statusCode >= 500 || statusCode === 408 || statusCode === 429
}

/** Anything that the SDK threw or returned as an error. */
export function toKitError(thrown: unknown): KitError {
  const { errMsg, errno, statusCode, data, error, error_description, code, message } = Object(thrown) as SdkFailure
  // The Mini Program adapter rejects with the answer of wx.request if its status is not 2xx.
  if (statusCode !== undefined) {
    if (data?.code !== undefined || data?.error !== undefined) return toKitError(data)
    return kitError(isTransient(statusCode) ? 'SERVER_ERROR' : 'UNKNOWN', `HTTP ${statusCode}`, thrown)
  }
  if (errMsg !== undefined) return wxError({ errMsg, errno })
  if (error !== undefined) return serverError(error, String(error_description), thrown)
  const text = unwrapped(String(message ?? thrown))
  const name = /\[(?!OPERATION_FAIL)([A-Z][A-Z0-9]*_[A-Z0-9_]+)\]/.exec(text)?.[1] ?? code
  if (typeof name === 'string') return serverError(name, text, thrown)
  // js-sdk 2.27 throws this for any call while nobody is logged in.
  if (thrown instanceof TypeError && text.includes("'scope'")) return kitError('LOGIN_EXPIRED', text, thrown)
  return kitError(text.includes('network request error') ? 'NETWORK_ERROR' : 'UNKNOWN', text, thrown)
}

/** The fields of all known shapes of a failure. */
interface SdkFailure {
  readonly errMsg?: string
  readonly errno?: number
  readonly statusCode?: number
  readonly data?: SdkFailure
  readonly error?: string
  readonly error_description?: string
  readonly code?: unknown
  readonly message?: unknown
}

/** The SDK wraps code and text of a server in a JSON string: `{"code":"OPERATION_FAIL","msg":"[CODE] text"}`. */
function unwrapped(message: string): string {
  try {
    const { code, msg } = JSON.parse(message) as { code?: string; msg?: string }
    if (msg !== undefined) return code === 'OPERATION_FAIL' ? msg : `[${code}] ${msg}`
  } catch {
    // Not a wrapped message.
  }
  return message
}
