import { CloudsteadError, type ErrorCode } from '@cloudstead/protocol'
import { LoginError } from '../../auth/index.ts'

/** An error as login clients want it. They act on `error` and, over some transports, look for `error_code` alone. */
export interface LoginErrorBody {
  readonly error: string
  readonly error_code: number
  /** Begins with the code of the error table, in brackets. */
  readonly error_description: string
  readonly error_uri: string
  readonly details: readonly never[]
}

/** The names and numbers that clients know, and the status that goes with each. */
const LOGIN_ERRORS = {
  invalid_argument: [3, 400],
  not_found: [5, 404],
  permission_denied: [7, 403],
  resource_exhausted: [8, 413],
  provider_not_enabled: [9, 403],
  unimplemented: [12, 501],
  internal: [13, 500],
  unavailable: [14, 503],
  unauthenticated: [16, 401],
  invalid_grant: [16, 400],
  user_blocked: [7, 403],
  provider_error: [4019, 401],
  login_method_disabled: [4045, 403],
} as const satisfies Record<string, readonly [number: number, status: number]>

type LoginErrorName = keyof typeof LOGIN_ERRORS

/** The name of each code that can come up here; another one would be a fault of ours. */
const NAMES: Partial<Record<ErrorCode, LoginErrorName>> = {
  INVALID_PARAM: 'invalid_argument',
  INVALID_ENV: 'invalid_argument',
  EXCEED_REQUEST_SIZE_LIMIT: 'resource_exhausted',
  NOT_FOUND: 'not_found',
  ACTION_FORBIDDEN: 'permission_denied',
  INVALID_ACCESS_TOKEN: 'unauthenticated',
  ACCESS_TOKEN_EXPIRED: 'unauthenticated',
  CHECK_LOGIN_FAILED: 'unauthenticated',
  INVALID_CREDENTIALS: 'unauthenticated',
  AUTH_INVALID_CUSTOM_LOGIN_TICKET: 'unauthenticated',
  AUTH_WX_OAUTH_FAILED: 'provider_error',
  SERVER_BUSY: 'unavailable',
}

/** Login methods of the platform that this server does not have. */
const OTHER_LOGINS =
  /^\/(?:v1|v2)\/(?:signin|signup|reset|verification|captcha|checkIfUserExist|provider\/uri|qrcode|device|user\/(?:sudo|password))(?:\/|$)/

/** Calls of the platform about users that this server does not have. */
const OTHER_CALLS = /^\/(?:v1|v2)\/(?:user|token|mgr|plugin)(?:\/|$)/

/** The error for a path that no route answers: which kind of nothing it is. */
export function notOffered(method: string, path: string): CloudsteadError {
  const below = path.replace(/^\/auth(?=\/)/, '')
  if (OTHER_LOGINS.test(below)) {
    return new LoginError(
      'login_method_disabled',
      `${method} ${path}: login by password, SMS, e-mail or web OAuth is not offered here. Use the custom ticket, the WeChat or the anonymous login.`,
    )
  }
  if (OTHER_CALLS.test(below)) return new LoginError('unimplemented', `${method} ${path} is not offered by this server`)
  return new CloudsteadError('NOT_FOUND', `there is no ${method} ${path}`)
}

/** What to answer when a login call fails. */
export function loginErrorAnswer(
  error: CloudsteadError,
  path: string,
): { readonly status: number; readonly body: LoginErrorBody } {
  const name = error instanceof LoginError ? error.refusal : (NAMES[error.code] ?? 'internal')
  const [number, status] = LOGIN_ERRORS[name]
  return {
    status,
    body: {
      error: name,
      error_code: number,
      error_description: `[${error.code}] ${error.message}`,
      error_uri: path,
      details: [],
    },
  }
}
