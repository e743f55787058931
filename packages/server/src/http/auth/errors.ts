import { CloudsteadError, type ErrorCode } from '@cloudstead/protocol'
import { LoginError } from '../../auth/index.ts'

/** The body of a login error. Clients act on `error`; with some transports they only read `error_code`. */
export interface LoginErrorBody {
  readonly error: string
  readonly error_code: number
  /** Starts with the code of the error table, in brackets. */
  readonly error_description: string
  readonly error_uri: string
  readonly details: readonly never[]
}

/** The number and the HTTP status of each name of an error that clients know. */
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
  host_not_allowed: [7, 421],
  invalid_grant: [16, 400],
  user_blocked: [7, 403],
  provider_error: [4019, 401],
  login_method_disabled: [4045, 403],
} as const satisfies Record<string, readonly [number: number, status: number]>

type LoginErrorName = keyof typeof LOGIN_ERRORS

/** The name for each code that can occur here. Any other code is a bug and becomes `internal`. */
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
  HOST_NOT_ALLOWED: 'host_not_allowed',
}

/** Login methods of the platform that this server does not have. */
const OTHER_LOGINS =
  /^\/(?:v1|v2)\/(?:signin|signup|reset|verification|captcha|checkIfUserExist|provider\/uri|qrcode|device|user\/(?:sudo|password))(?:\/|$)/

/** User calls of the platform that this server does not have. */
const OTHER_CALLS = /^\/(?:v1|v2)\/(?:user|token|mgr|plugin)(?:\/|$)/

/** The error for an unknown path: a disabled login method, an unimplemented call, or not found. */
export function notOffered(method: string, path: string): CloudsteadError {
  const below = path.replace(/^\/auth(?=\/)/, '')
  if (OTHER_LOGINS.test(below)) {
    return new LoginError(
      'login_method_disabled',
      `${method} ${path}: login by password, SMS, e-mail or web OAuth is not supported. Use custom, WeChat or anonymous login.`,
    )
  }
  if (OTHER_CALLS.test(below))
    return new LoginError('unimplemented', `${method} ${path} is not supported by this server`)
  return new CloudsteadError('NOT_FOUND', `there is no ${method} ${path}`)
}

/** The status and the body for a failed login call. */
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
