/** Where in a rules object the fault lies. */
export interface RuleErrorPlace {
  /** The rule at fault: `read`, `write` or `maxAge`. */
  readonly key?: string | undefined
  /** Character offset in the expression, from 0. */
  readonly index?: number | undefined
}

/** Rules that cannot be accepted. The message is English and meant for whoever wrote the rules. */
export class RuleError extends Error {
  readonly key?: string
  readonly index?: number

  constructor(message: string, place: RuleErrorPlace = {}) {
    super(message)
    this.name = 'RuleError'
    if (place.key !== undefined) this.key = place.key
    if (place.index !== undefined) this.index = place.index
  }
}
