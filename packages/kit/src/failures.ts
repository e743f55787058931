/** What the SDK, `wx` and the storage say when something fails, put into the codes of the kit. */
import { type KitError, kitError } from './errors.ts'
import { HINTS, type KitErrorCode } from './hints.ts'
import type { WxFailure } from './wechat.ts'

/** Codes of the servers and of the SDK that mean the same as one of the kit's. Lower case: of the login service. */
const SAME: Readonly<Partial<Record<KitErrorCode, string>>> = {
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

/** The kit's code for a server's, or undefined for one that nobody told the kit of. */
function codeFor(name: string): KitErrorCode | undefined {
  const codes = Object.keys(HINTS) as KitErrorCode[]
  return (
    codes.find((code) => SAME[code]?.split(' ').includes(name)) ??
    codes.find((code) => code === name) ??
    (name.startsWith('DATABASE_') ? 'DATABASE_REQUEST_FAILED' : undefined)
  )
}

/** An error for a code and text of the server; the message keeps the code as the server wrote it. */
export function serverError(name: string, text: string, cause?: unknown): KitError {
  const message = text.startsWith(`[${name}]`) ? text : `[${name}] ${text}`
  return kitError(codeFor(name) ?? 'UNKNOWN', message, cause)
}

/** What `wx` says, `<api>:fail <reason>` and sometimes `#<errno>`; the first that fits holds. */
const WORDS: readonly (readonly [RegExp, KitErrorCode])[] = [
  [/interrupted|suspend|#600003$/, 'INTERRUPTED'],
  [/domain list|#600002$/, 'DOMAIN_NOT_ALLOWED'],
  [/time(d?[_ ])?out|超时|#5$/, 'TIMEOUT'],
  [/:fail abort/, 'ABORTED'],
  [/file not (found|exist)|no such file|#1300002$/, 'FILE_NOT_FOUND'],
  [/invalid url|parameter error/, 'INVALID_PARAM'],
  [/not declared in the privacy|#112$/, 'PRIVACY_UNDECLARED'],
  [/privacy|#104$/, 'PRIVACY_REFUSED'],
  [/:fail cancel/, 'CANCELLED'],
  [/auth ?den|authorize|permission/, 'PERMISSION_MISSING'],
]

/** An error of a `wx` call; `otherwise` is the code for what has no telling words. */
export function wxError({ errMsg, errno }: WxFailure, otherwise: KitErrorCode = 'NETWORK_ERROR'): KitError {
  const words = `${errMsg}#${errno}`.toLowerCase()
  const code = WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? otherwise
  return kitError(code, errMsg, { errMsg, errno })
}

/** What the upload address answered when it was not a success. Both storages say why in XML. */
export function uploadAnswerError(statusCode: number, body: string): KitError {
  const name = /<Code>([^<]*)<\/Code>/.exec(body)?.[1]
  const text = /<Message>([^<]*)<\/Message>/.exec(body)?.[1] ?? `HTTP ${statusCode} ${body.slice(0, 200)}`
  const cause = { statusCode, body }
  // COS says AccessDenied of a ticket that is too old, too.
  if (name === 'AccessDenied' && /expired/i.test(text)) return serverError('ExpiredToken', text, cause)
  if (name !== undefined && codeFor(name) !== undefined) return serverError(name, text, cause)
  return kitError(isPassing(statusCode) ? 'STORAGE_REQUEST_FAIL' : 'UPLOAD_REFUSED', text, cause)
}

/** A gateway or server that is down or busy; 408: the body did not arrive in time. */
function isPassing(statusCode: number): boolean {
  return statusCode >= 500 || statusCode === 408 || statusCode === 429
}

/** Anything that the SDK threw or returned as an error. */
export function toKitError(thrown: unknown): KitError {
  const { errMsg, errno, statusCode, data, error, error_description, code, message } = Object(thrown) as SdkFailure
  // The Mini Program adapter rejects with the answer of wx.request when its status is not 2xx.
  if (statusCode !== undefined) {
    if (data?.code !== undefined || data?.error !== undefined) return toKitError(data)
    return kitError(isPassing(statusCode) ? 'SERVER_ERROR' : 'UNKNOWN', `HTTP ${statusCode}`, thrown)
  }
  if (errMsg !== undefined) return wxError({ errMsg, errno })
  if (error !== undefined) return serverError(error, String(error_description), thrown)
  const text = unwrapped(String(message ?? thrown))
  const name = /\[(?!OPERATION_FAIL)([A-Z][A-Z0-9]*_[A-Z0-9_]+)\]/.exec(text)?.[1] ?? code
  if (typeof name === 'string') return serverError(name, text, thrown)
  // What js-sdk 2.27 throws for any call while nobody is logged in.
  if (thrown instanceof TypeError && text.includes("'scope'")) return kitError('LOGIN_EXPIRED', text, thrown)
  return kitError(text.includes('network request error') ? 'NETWORK_ERROR' : 'UNKNOWN', text, thrown)
}

/** All that is known of the shapes in which failures come. */
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

/** The SDK wraps a server's code and text twice: `{"code":"OPERATION_FAIL","msg":"[CODE] text"}`, as text. */
function unwrapped(message: string): string {
  try {
    const { code, msg } = JSON.parse(message) as { code?: string; msg?: string }
    if (msg !== undefined) return code === 'OPERATION_FAIL' ? msg : `[${code}] ${msg}`
  } catch {
    // Then it is no such text.
  }
  return message
}
