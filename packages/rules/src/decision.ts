import type { Text } from './text.ts'

export interface Decision {
  readonly allowed: boolean
  /** English, for the operator's log: which clause failed and why. May name ids and paths, so not for the client. */
  readonly reason: string
}

/** A refusal whose reason is put into words when somebody reads it. */
export class Denial implements Decision {
  readonly allowed = false
  private readonly why: () => Text

  /** @param why must not throw */
  constructor(why: () => Text) {
    this.why = why
  }

  get reason(): string {
    return this.why().en
  }
}
