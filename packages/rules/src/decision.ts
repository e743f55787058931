export interface Decision {
  readonly allowed: boolean
  /** For the operator's log, in English: which clause failed and why. May contain ids and paths, so never send it to a client. */
  readonly reason: string
}
