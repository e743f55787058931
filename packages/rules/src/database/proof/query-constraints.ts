import { type Bound, type Interval, intersection } from '../../possible/interval.ts'
import type { DocumentData } from '../context.ts'
import type { DocPaths } from './doc-paths.ts'

/**
 * What a query says of one path in every document that it finds. Values are as rules see them: a date is a number, and
 * `undefined` stands for missing, which null is too. A query finds an array when it finds one of its items.
 */
export interface Fact {
  /** The values one of which the path has, or an item of it. */
  readonly oneOf?: readonly unknown[]
  readonly number?: Interval<number>
  readonly string?: Interval<string>
  readonly isString?: true
  readonly isArray?: true
  readonly present?: true
  /** Not even an array with null in it. */
  readonly absent?: true
  readonly except?: ReadonlySet<unknown>
  /** Items that an array has. */
  readonly contains?: readonly unknown[]
}

export type Facts = ReadonlyMap<string, Fact>

/** Alternatives of one query that are looked at severally; a query with more of them is known less well. */
const MAX_ALTERNATIVES = 64

/** Values in one list, or in all lists of one path, that are looked at one by one: queries may list any number. */
const MAX_VALUES = 64

/** Paths of one part of a query that are looked at; rules of 1,024 characters read half as many. */
const MAX_PATHS = 300

/**
 * Facts that are carried into the alternatives of one query. 1000 conditions in 64 alternatives would be more; a query
 * that needs so many is known less well.
 */
const MAX_CARRIED = 10_000

/**
 * What a query says of the paths that a rule reads, as alternatives one of which holds of every document that it finds.
 * What is not understood is left out: the documents are then thought to be more than they are. None: the query finds
 * nothing in which a field that the rule takes for a scalar is one.
 *
 * @param query checked and written anew by the server: conditions by dotted path, placeholders replaced
 */
export function factsOf(query: DocumentData, paths: DocPaths): readonly Facts[] {
  return new QueryReader(paths).conditions(query, [new Map()])
}

class QueryReader {
  private readonly paths: DocPaths
  private left = MAX_CARRIED

  constructor(paths: DocPaths) {
    this.paths = paths
  }

  conditions(query: DocumentData, before: readonly Facts[]): readonly Facts[] {
    const said = new Map<string, Fact>()
    const choices: (readonly DocumentData[])[] = []
    this.conjuncts(query, said, choices)
    let alternatives = this.carried(said, before)
    for (const branches of choices) {
      if (branches.length * alternatives.length > MAX_ALTERNATIVES || this.left <= 0) continue
      const current = alternatives
      const split = branches.map((branch) => this.conditions(branch, current))
      // With a branch that says nothing, the choice says nothing.
      if (split.includes(current)) continue
      const flat = split.flat()
      if (flat.length <= MAX_ALTERNATIVES) alternatives = flat
    }
    return alternatives
  }

  /** What holds of all, by path, and the choices that are left. */
  private conjuncts(query: DocumentData, said: Map<string, Fact>, choices: (readonly DocumentData[])[]): void {
    for (const [name, condition] of Object.entries(query)) {
      if (name === '$and') {
        if (Array.isArray(condition)) for (const part of condition.filter(isObject)) this.conjuncts(part, said, choices)
      } else if (name === '$or') {
        if (Array.isArray(condition) && condition.length > 0 && condition.every(isObject)) choices.push(condition)
      } else if (!name.startsWith('$') && this.paths.concerns(name)) {
        if (said.has(name) || said.size < MAX_PATHS) said.set(name, merged(said.get(name), factOf(condition)))
      }
    }
  }

  private carried(said: Facts, before: readonly Facts[]): readonly Facts[] {
    if (said.size === 0) return before
    return before.flatMap((facts) => {
      this.left -= facts.size + said.size
      if (this.left < 0) return [facts]
      const both = new Map(facts)
      for (const [path, fact] of said) {
        const narrow = this.narrowed(path, merged(both.get(path), fact))
        if (narrow === undefined) return []
        both.set(path, narrow)
      }
      return [both]
    })
  }

  /** The listed values that agree with the rest; undefined when there are none. Of an array each item may be another. */
  private narrowed(path: string, fact: Fact): Fact | undefined {
    const { oneOf } = fact
    if (oneOf === undefined || this.paths.taken(path) !== 'scalar') return fact
    const fitting = oneOf.filter((value) => fits(value, fact))
    return fitting.length === 0 ? undefined : { ...fact, oneOf: fitting }
  }
}

function fits(value: unknown, { number, string, present, isString, except }: Fact): boolean {
  if (value === undefined) return present !== true
  if (!isScalar(value)) return true
  // A number here can be a date there, which a query keeps apart.
  if (typeof value !== 'number' && except?.has(value)) return false
  if (isString && typeof value !== 'string') return false
  if (number !== undefined && !(typeof value === 'number' && isInside(value, number))) return false
  return string === undefined || (typeof value === 'string' && isInside(value, string))
}

export function isInside<T extends number | string>(value: T, { low, high }: Interval<T>): boolean {
  const above = low === undefined || value > low.value || (value === low.value && !low.open)
  return above && (high === undefined || value < high.value || (value === high.value && !high.open))
}

/** What two facts of one path say together. */
function merged(a: Fact = {}, b: Fact): Fact {
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

function common(a: Fact['oneOf'], b: Fact['oneOf']): Fact['oneOf'] {
  if (a === undefined || b === undefined) return a ?? b
  // Two objects can be equal, and what a query says first is true as well.
  if (!a.every(isScalar) || !b.every(isScalar)) return a
  const others = new Set(b)
  return a.filter((value) => others.has(value))
}

function factOf(condition: unknown): Fact {
  if (!isObject(condition) || !Object.keys(condition).some((name) => name.startsWith('$'))) return equalTo([condition])
  return Object.entries(condition).reduce<Fact>(
    (fact, [operator, operand]) => merged(fact, operatorFact(operator, operand)),
    {},
  )
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
      return operand === false ? { oneOf: [undefined], absent: true } : {}
    case '$regex':
      return { isString: true, present: true }
    case '$size':
      return { isArray: true, present: true }
    case '$all':
      return Array.isArray(operand) ? containing(operand) : {}
    case '$elemMatch': {
      const { oneOf = [] } = isObject(operand) && Object.keys(operand).every(isOperator) ? factOf(operand) : {}
      return { isArray: true, present: true, ...(oneOf.length === 1 && { contains: itemsOf(oneOf) }) }
    }
    default:
      return {}
  }
}

function isOperator(name: string): boolean {
  return name.startsWith('$')
}

function equalTo(values: readonly unknown[]): Fact {
  if (values.some((value) => value instanceof RegExp)) {
    const all = values.every((value) => value instanceof RegExp || typeof value === 'string')
    return all ? { isString: true, present: true } : {}
  }
  const oneOf = [...new Set(values.map(ruleValue))]
  if (oneOf.length <= MAX_VALUES) return { oneOf, ...(oneOf.length === 1 && { contains: itemsOf(oneOf) }) }
  return summary(oneOf)
}

/** What many values have in common. */
export function summary(values: readonly unknown[]): Fact {
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

function differentFrom(values: readonly unknown[]): Fact {
  const scalars = values.filter(isScalar).map(ruleValue)
  return { except: new Set(scalars.slice(0, MAX_VALUES)), ...(scalars.includes(undefined) && { present: true }) }
}

/** `$all`; an item that is null can stand for a field that is not there. */
function containing(items: readonly unknown[]): Fact {
  const contains = itemsOf(items)
  return items.some((item) => !isMissing(item)) ? { isArray: true, present: true, contains } : {}
}

/** What can be compared with an item, as rules see it. */
function itemsOf(values: readonly unknown[]): readonly unknown[] {
  return values.filter((value) => isScalar(value) && !isMissing(value)).map(ruleValue)
}

/**
 * Rules compare strings by UTF-16 units, and databases by code points: the two agree where one side has only units before
 * the surrogates.
 */
const ORDERED_OTHERWISE = /[\ud800-\uffff]/

function ordered(end: (bound: Bound<never>) => Interval<never>, operand: unknown, open: boolean): Fact {
  const value = ruleValue(operand)
  // A comparison finds values of the same kind only.
  if (typeof value === 'number') return { number: end({ value: value as never, open }), present: true }
  if (typeof value !== 'string') return {}
  const known = ORDERED_OTHERWISE.test(value) ? {} : { string: end({ value: value as never, open }) }
  return { ...known, isString: true, present: true }
}

function ruleValue(value: unknown): unknown {
  if (value instanceof Date) return value.getTime()
  return value === null ? undefined : value
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined
}

export function isScalar(value: unknown): boolean {
  return value === null || typeof value !== 'object' || value instanceof Date
}

function isObject(value: unknown): value is DocumentData {
  return !isScalar(value) && !Array.isArray(value) && !(value instanceof RegExp)
}
