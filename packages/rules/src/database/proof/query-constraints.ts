import { isMissing } from '../../language/values.ts'
import { type Bound, type Interval, intersection } from '../../possible/interval.ts'
import { type DocumentData, isFields } from '../context.ts'
import { conjuncts, hasOperators } from '../query-conditions.ts'
import type { DocPaths } from './doc-paths.ts'

/**
 * What a query implies about one path of every document that it matches. Values are as rules see them: dates are numbers, and
 * `undefined` means missing, which includes null. A query matches an array when it matches one of its items.
 */
export interface Constraint {
  /** The value of the path, or an item of it, is one of these. */
  readonly oneOf?: readonly unknown[]
  readonly number?: Interval<number>
  readonly string?: Interval<string>
  readonly isString?: true
  readonly isArray?: true
  readonly present?: true
  /** Stronger than missing: it is not an array that contains null either. */
  readonly absent?: true
  readonly except?: ReadonlySet<unknown>
  /** Items that the array contains. */
  readonly contains?: readonly unknown[]
}

/** By dotted path. */
export type Constraints = ReadonlyMap<string, Constraint>

/** Alternatives of one query that are examined separately. A query with more is known less precisely. */
const MAX_ALTERNATIVES = 64

/** Values that are examined one by one, in one list or in all lists of one path. Queries can list any number. */
const MAX_VALUES = 64

/** Paths that are examined in one part of a query. A rule of 1,024 characters reads half as many. */
const MAX_PATHS = 300

/**
 * Constraints that are copied into the alternatives of one query. A query that needs more, such as 1000 conditions in 64
 * alternatives, is known less precisely.
 */
const MAX_COPIED = 10_000

/**
 * What a query implies about the paths that a rule reads. The result is a list of alternatives; one of them is true of every
 * document that the query matches. Conditions that are not understood are ignored, which leaves more documents possible. The
 * list is empty when the query matches no document in which the fields that the rule compares are scalars.
 *
 * @param query checked and rewritten by the server: conditions by dotted path, without placeholders
 */
export function constraintsOf(query: DocumentData, paths: DocPaths): readonly Constraints[] {
  return new QueryAnalysis(paths).alternatives(query, [new Map()])
}

class QueryAnalysis {
  readonly #paths: DocPaths
  #copiesLeft = MAX_COPIED

  constructor(paths: DocPaths) {
    this.#paths = paths
  }

  alternatives(query: DocumentData, before: readonly Constraints[]): readonly Constraints[] {
    const own = new Map<string, Constraint>()
    const choices: (readonly DocumentData[])[] = []
    for (const [name, condition] of conjuncts(query)) {
      if (name === '$or') {
        if (Array.isArray(condition) && condition.length > 0 && condition.every(isFields)) choices.push(condition)
      } else if (!name.startsWith('$') && this.#paths.concerns(name)) {
        if (own.has(name) || own.size < MAX_PATHS) own.set(name, merge(own.get(name), constraintOf(condition)))
      }
    }
    let alternatives = this.#addTo(before, own)
    for (const branches of choices) {
      if (branches.length * alternatives.length > MAX_ALTERNATIVES || this.#copiesLeft <= 0) continue
      const current = alternatives
      const split = branches.map((branch) => this.alternatives(branch, current))
      // A choice with a branch that implies nothing implies nothing.
      if (split.includes(current)) continue
      const flat = split.flat()
      if (flat.length <= MAX_ALTERNATIVES) alternatives = flat
    }
    return alternatives
  }

  #addTo(before: readonly Constraints[], added: Constraints): readonly Constraints[] {
    if (added.size === 0) return before
    return before.flatMap((constraints) => {
      this.#copiesLeft -= constraints.size + added.size
      if (this.#copiesLeft < 0) return [constraints]
      const both = new Map(constraints)
      for (const [path, constraint] of added) {
        const narrowed = this.#narrow(path, merge(both.get(path), constraint))
        if (narrowed === undefined) return []
        both.set(path, narrowed)
      }
      return [both]
    })
  }

  /** Keeps the listed values that satisfy the rest; undefined when none does. Different items of an array may satisfy each. */
  #narrow(path: string, constraint: Constraint): Constraint | undefined {
    const { oneOf } = constraint
    if (oneOf === undefined || this.#paths.use(path) !== 'scalar') return constraint
    const satisfying = oneOf.filter((value) => satisfies(value, constraint))
    return satisfying.length === 0 ? undefined : { ...constraint, oneOf: satisfying }
  }
}

function satisfies(value: unknown, { number, string, present, isString, except }: Constraint): boolean {
  if (value === undefined) return present !== true
  if (!isScalar(value)) return true
  // A number here can stand for a date, which queries distinguish from a number.
  if (typeof value !== 'number' && except?.has(value)) return false
  if (isString && typeof value !== 'string') return false
  if (number !== undefined && !(typeof value === 'number' && isInside(value, number))) return false
  return string === undefined || (typeof value === 'string' && isInside(value, string))
}

export function isInside<T extends number | string>(value: T, { low, high }: Interval<T>): boolean {
  const above = low === undefined || value > low.value || (value === low.value && !low.open)
  return above && (high === undefined || value < high.value || (value === high.value && !high.open))
}

/** The conjunction of two constraints on one path. */
function merge(a: Constraint = {}, b: Constraint): Constraint {
  const oneOf = common(a.oneOf, b.oneOf)
  const except = new Set([...(a.except ?? []), ...(b.except ?? [])].slice(0, MAX_VALUES))
  const contains = [...(a.contains ?? []), ...(b.contains ?? [])].slice(0, MAX_VALUES)
  return {
    ...a,
    ...b,
    ...(oneOf && { oneOf }),
    ...(a.number && b.number && { number: intersection(a.number, b.number) }),
    ...(a.string && b.string && { string: intersection(a.string, b.string) }),
    ...(except.size > 0 && { except }),
    ...(contains.length > 0 && { contains }),
  }
}

function common(a: Constraint['oneOf'], b: Constraint['oneOf']): Constraint['oneOf'] {
  if (a === undefined || b === undefined) return a ?? b
  // Two different objects can be equal, so they are not compared; `a` alone is true as well.
  if (!a.every(isScalar) || !b.every(isScalar)) return a
  const others = new Set(b)
  return a.filter((value) => others.has(value))
}

function constraintOf(condition: unknown): Constraint {
  if (!hasOperators(condition)) return equalTo([condition])
  return Object.entries(condition).reduce<Constraint>(
    (constraint, [operator, operand]) => merge(constraint, operatorConstraint(operator, operand)),
    {},
  )
}

function operatorConstraint(operator: string, operand: unknown): Constraint {
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
      return operand === false ? { oneOf: [undefined], absent: true } : {}
    case '$regex':
      return { isString: true, present: true }
    case '$size':
      return { isArray: true, present: true }
    case '$all':
      return Array.isArray(operand) ? containing(operand) : {}
    case '$elemMatch': {
      const onlyOperators = isFields(operand) && Object.keys(operand).every((name) => name.startsWith('$'))
      const { oneOf = [] } = onlyOperators ? constraintOf(operand) : {}
      return { isArray: true, present: true, ...(oneOf.length === 1 && { contains: comparableItems(oneOf) }) }
    }
    default:
      return {}
  }
}

function equalTo(values: readonly unknown[]): Constraint {
  if (values.some((value) => value instanceof RegExp)) {
    const all = values.every((value) => value instanceof RegExp || typeof value === 'string')
    return all ? { isString: true, present: true } : {}
  }
  const oneOf = [...new Set(values.map(asRuleValue))]
  if (oneOf.length <= MAX_VALUES) return { oneOf, ...(oneOf.length === 1 && { contains: comparableItems(oneOf) }) }
  return summarize(oneOf)
}

/** What many values have in common. */
export function summarize(values: readonly unknown[]): Constraint {
  if (values.every((value) => typeof value === 'string')) return { isString: true, present: true }
  if (values.every((value) => typeof value === 'number' && !Number.isNaN(value))) {
    const [low, high] = values.reduce<[number, number]>(
      ([least, most], value) => [Math.min(least, value as number), Math.max(most, value as number)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    )
    return { number: { low: { value: low, open: false }, high: { value: high, open: false } }, present: true }
  }
  return values.includes(undefined) ? {} : { present: true }
}

function differentFrom(values: readonly unknown[]): Constraint {
  const scalars = values.filter(isScalar).map(asRuleValue)
  return { except: new Set(scalars.slice(0, MAX_VALUES)), ...(scalars.includes(undefined) && { present: true }) }
}

/** `$all`. A null item also matches a missing field. */
function containing(items: readonly unknown[]): Constraint {
  const contains = comparableItems(items)
  return items.some((item) => !isMissing(item)) ? { isArray: true, present: true, contains } : {}
}

/** The items that rules can compare, as rules see them. */
function comparableItems(values: readonly unknown[]): readonly unknown[] {
  return values.filter((value) => isScalar(value) && !isMissing(value)).map(asRuleValue)
}

/**
 * Rules compare strings by UTF-16 unit, databases by code point. Both orders agree when one of the strings has only units
 * below the surrogates.
 */
const ORDERED_DIFFERENTLY = /[\ud800-\uffff]/

function ordered(end: (bound: Bound<never>) => Interval<never>, operand: unknown, open: boolean): Constraint {
  const value = asRuleValue(operand)
  // A comparison only matches values of the same type.
  if (typeof value === 'number') return { number: end({ value: value as never, open }), present: true }
  if (typeof value !== 'string') return {}
  const interval = ORDERED_DIFFERENTLY.test(value) ? {} : { string: end({ value: value as never, open }) }
  return { ...interval, isString: true, present: true }
}

function asRuleValue(value: unknown): unknown {
  if (value instanceof Date) return value.getTime()
  return value === null ? undefined : value
}

export function isScalar(value: unknown): boolean {
  return value === null || typeof value !== 'object' || value instanceof Date
}
