/** The commands of `db.command`, as Mini Programs write them, as conditions of a query. */

/** A logical command on one field, such as `_.gt(9).or(_.lt(1))`. MongoDB has it only around whole queries. */
export class FieldLogic {
  readonly operator: '$and' | '$or'
  readonly operands: readonly unknown[]

  constructor(operator: '$and' | '$or', operands: readonly unknown[]) {
    this.operator = operator
    this.operands = operands
  }

  /** The condition as a query about the field. */
  about(field: string): Readonly<Record<string, unknown>> {
    const queries = this.operands.map((operand) =>
      operand instanceof FieldLogic ? operand.about(field) : { [field]: operand },
    )
    return { [this.operator]: queries }
  }
}

/** Commands with one argument. */
const OPERATORS: Readonly<Record<string, string>> = {
  eq: '$eq',
  neq: '$ne',
  gt: '$gt',
  gte: '$gte',
  lt: '$lt',
  lte: '$lte',
  in: '$in',
  nin: '$nin',
  all: '$all',
  exists: '$exists',
  size: '$size',
  elemMatch: '$elemMatch',
  not: '$not',
}

export const COMMANDS: readonly string[] = [...Object.keys(OPERATORS), 'mod', 'and', 'or']

/** The condition that a command stands for; undefined when it does not take these arguments. */
export function conditionOf(command: string, args: readonly unknown[]): object | undefined {
  const operator = Object.hasOwn(OPERATORS, command) ? OPERATORS[command] : undefined
  if (operator !== undefined) return args.length === 1 && !holdsLogic(args[0]) ? { [operator]: args[0] } : undefined
  const items = args.length === 1 && Array.isArray(args[0]) ? (args[0] as readonly unknown[]) : args
  if (command === 'mod') return items.length === 2 ? { $mod: items } : undefined
  if (items.length === 0 || (command !== 'and' && command !== 'or')) return undefined
  const logic = command === 'and' ? '$and' : '$or'
  if (items.some((item) => item instanceof FieldLogic || !isQuery(item))) return new FieldLogic(logic, items)
  return { [logic]: items }
}

/** Whether a logical command is left where only a value can be. */
export function holdsLogic(value: unknown): boolean {
  return value instanceof FieldLogic || (Array.isArray(value) && value.some(holdsLogic))
}

/** Whether it is a condition about named fields, rather than a value or operators for one field. */
function isQuery(item: unknown): boolean {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return false
  return Object.keys(item).every((key) => !key.startsWith('$') || key === '$and' || key === '$or')
}
