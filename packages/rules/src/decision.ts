export interface Decision {
  readonly allowed: boolean
  /** English, for the operator's log: which clause failed and why. May name ids and paths, so not for the client. */
  readonly reason: string
}
