import { CloudsteadError, type ErrorCode } from '@cloudstead/protocol'

/** The refusals that login clients distinguish by name; all others have only a code. */
export type LoginRefusal =
  | 'invalid_grant'
  | 'login_method_disabled'
  | 'provider_not_enabled'
  | 'unimplemented'
  | 'user_blocked'

const CODES: Readonly<Record<LoginRefusal, ErrorCode>> = {
  invalid_grant: 'CHECK_LOGIN_FAILED',
  login_method_disabled: 'ACTION_FORBIDDEN',
  provider_not_enabled: 'ACTION_FORBIDDEN',
  unimplemented: 'INVALID_ACTION',
  user_blocked: 'USER_BLOCKED',
}

/** A login that is refused for a reason that the client distinguishes by name. */
export class LoginError extends CloudsteadError {
  readonly refusal: LoginRefusal

  constructor(refusal: LoginRefusal, message?: string) {
    super(CODES[refusal], message)
    this.refusal = refusal
  }
}
