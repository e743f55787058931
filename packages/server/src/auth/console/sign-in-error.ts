/** A link, password or api key is wrong, or the link was used before. The message is for the log. */
export class WrongCredentialError extends Error {
  override readonly name = 'WrongCredentialError'
}

/** Too many wrong credentials were tried. */
export class TooManyAttemptsError extends Error {
  override readonly name = 'TooManyAttemptsError'
  /** Seconds after which another attempt is allowed. */
  readonly seconds: number

  constructor(seconds: number) {
    super(`too many wrong attempts to sign in; the next one is allowed in ${seconds} s`)
    this.seconds = seconds
  }
}
