import { type Bound, type Interval, intersection } from '../../possible/interval.ts'
import type { DocumentData } from '../context.ts'

/**
 * What a query says of one path in every document that it finds. Values are as rules see them: a date is a number, and
 * `undefined` stands for missing, which null is too.
 */
export interface Fact {
  /** The values one of which the path has, or an item of it. */
  readonly oneOf?: readonly unknown[]
  readonly number?: Interval<number>
  readonly string?: Interval<string>
  readonly isString?: true
  readonly isArray?: true
  readonly present?: boolean
  readonly except?: readonly unknown[]
  /** Items that an array has. */
  readonly contains?: readonly unknown[]
}

export type Facts = ReadonlyMap<string, Fact>

/** Alternatives of one query that are looked at severally; a query with more of them is known less well. */
const MAX_ALTERNATIVES = 64

/**
 * What a query says, as alternatives one of which holds of every document that it finds. What is not understood is left
 * out: the documents are then thought to be more than they are. None: the query finds nothing.
 *
 * @param query checked and written anew by the server: conditions by dotted path, placeholders replaced
 */
export function factsOf(query: DocumentData): readonly Facts[] {
  return conditions(query, [new Map()])
}

function conditions(query: DocumentData, before: readonly Facts[]): readonly Facts[] {
  let alternatives = before
  for (const [name, condition] of Object.entries(query)) {
    if (name === '$and') {
      for (const part of listOf(condition)) alternatives = conditions(part, alternatives)
    } else if (name === '$or') {
      const branches = listOf(condition)
      if (branches.length * alternatives.length > MAX_ALTERNATIVES) continue
      const current = alternatives
      const split = branches.flatMap((branch) => conditions(branch, current))
      if (split.length <= MAX_ALTERNATIVES) alternatives = split
    } else if (!name.startsWith('$')) {
      alternatives = alternatives
        .map((facts) => withFact(facts, name, factOf(condition)))
        .filter((facts) => facts !== undefined)
    }
  }
  return alternatives
}

function listOf(value: unknown): readonly DocumentData[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function withFact(facts: Facts, path: string, fact: Fact): Facts | undefined {
  const both = merged(facts.get(path) ?? {}, fact)
  return both === undefined ? undefined : new Map(facts).set(path, both)
}

/** What two facts say together; undefined when they cannot both hold of a value. */
function merged(a: Fact, b: Fact): Fact | undefined {
  const oneOf =
    a.oneOf === undefined || b.oneOf === undefined
      ? (a.oneOf ?? b.oneOf)
      : a.oneOf.filter((value) => b.oneOf?.some((other) => Object.is(value, other)))
  if (oneOf?.length === 0) return undefined
  return {
    ...a,
    ...b,
    ...(oneOf && { oneOf }),
    ...(a.number && b.number && { number: intersection(a.number, b.number) }),
    ...(a.string && b.string && { string: intersection(a.string, b.string) }),
    ...((a.present === true || b.present === true) && { present: true }),
    ...((a.except || b.except) && { except: [...(a.except ?? []), ...(b.except ?? [])] }),
    ...((a.contains || b.contains) && { contains: [...(a.contains ?? []), ...(b.contains ?? [])] }),
  }
}

function factOf(condition: unknown): Fact {
  if (!isObject(condition) || !Object.keys(condition).some((name) => name.startsWith('$'))) return equalTo([condition])
  let fact: Fact = {}
  for (const [operator, operand] of Object.entries(condition))
    fact = merged(fact, operatorFact(operator, operand)) ?? fact
  return fact
}

function operatorFact(operator: string, operand: unknown): Fact {
  switch (operator) {
    case '$eq':
      return equalTo([operand])
    case '$in':
      return Array.isArray(operand) ? equalTo(operand) : {}
    case '$ne':
      return differentFrom([operand])
    case '$nin':
      return Array.isArray(operand) ? differentFrom(operand) : {}
    case '$gt':
    case '$gte':
      return ordered((bound) => ({ low: bound }), operand, operator === '$gt')
    case '$lt':
    case '$lte':
      return ordered((bound) => ({ high: bound }), operand, operator === '$lt')
    case '$exists':
      return operand === true ? {} : { oneOf: [undefined] }
    case '$regex':
      return { isString: true, present: true }
    case '$size':
      return { isArray: true, present: true }
    case '$all':
      return {
        isArray: true,
        present: true,
        ...(Array.isArray(operand) && { contains: operand.filter(isScalar).map(ruleValue) }),
      }
    case '$elemMatch': {
      const { oneOf = [] } = isObject(operand) ? factOf(operand) : {}
      return { isArray: true, present: true, ...(oneOf.length === 1 && { contains: oneOf }) }
    }
    default:
      return {}
  }
}

function equalTo(values: readonly unknown[]): Fact {
  if (values.some((value) => value instanceof RegExp)) {
    const all = values.every((value) => value instanceof RegExp || typeof value === 'string')
    return all ? { isString: true, present: true } : {}
  }
  return { oneOf: [...new Set(values.map(ruleValue))] }
}

function differentFrom(values: readonly unknown[]): Fact {
  const scalars = values.filter(isScalar).map(ruleValue)
  return { except: scalars, ...(scalars.includes(undefined) && { present: true }) }
}

function ordered(end: (bound: Bound<never>) => Interval<never>, operand: unknown, open: boolean): Fact {
  const value = ruleValue(operand)
  // A comparison finds values of the same kind only.
  if (typeof value === 'number') return { number: end({ value: value as never, open }), present: true }
  return typeof value === 'string' ? { string: end({ value: value as never, open }), present: true } : {}
}

function ruleValue(value: unknown): unknown {
  if (value instanceof Date) return value.getTime()
  return value === null ? undefined : value
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== 'object' || value instanceof Date
}

function isObject(value: unknown): value is DocumentData {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !isScalar(value) &&
    !(value instanceof RegExp)
  )
}
