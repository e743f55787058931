import { type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { compareValues, sameValue, typeRank } from './compare.ts'
import { comparisonCost, distanceFrom, intersects, parseNear, queryShape, shapeOf, within } from './geo.ts'
import { parsePath, reach, someLeaf } from './paths.ts'
import { isOperatorsOnly } from './query-conditions.ts'
import { compileRegex } from './regex.ts'
import type { RequestBudget } from './request-budget.ts'
import { ValueSet } from './value-set.ts'

/**
 * The operators of queries on fields. Indexes can only be used when a condition tests exactly the values that index
 * entries are made of.
 */

export type Test = (document: DocumentObject) => boolean

export interface Compiler {
  readonly budget: RequestBudget
  /** Compiles a query on the fields of a document. */
  readonly compile: (query: DocumentObject, compiler: Compiler) => Test
  /** Whether conditions test a value as a whole, not its elements if it is an array: so for elements of an array. */
  readonly whole?: boolean
}

type FieldOperator = (path: string, operand: DocumentValue, compiler: Compiler) => Test
type ValueTest = (value: DocumentValue | undefined) => boolean

/** An operator that holds when one of the values that the path reaches passes the test. */
function onLeaves(make: (operand: DocumentValue, budget: RequestBudget) => ValueTest): FieldOperator {
  return (path, operand, { budget, whole }) => {
    const parts = parsePath(path)
    const test = make(operand, budget)
    if (whole) return (document) => test(document[path])
    return (document) => someLeaf(document, parts, budget, test)
  }
}

function negated(operator: FieldOperator): FieldOperator {
  return (path, operand, compiler) => {
    const test = operator(path, operand, compiler)
    return (document) => !test(document)
  }
}

/** Values are compared with values of their own type only; NaN only with NaN. */
function ordered(accept: (order: number) => boolean): FieldOperator {
  return onLeaves((operand, budget) => {
    const rank = typeRank(operand)
    const operandIsNaN = Number.isNaN(operand)
    return (value) =>
      typeRank(value) === rank && Number.isNaN(value) === operandIsNaN && accept(compareValues(value, operand, budget))
  })
}

function regexTest(regex: RegExp, budget: RequestBudget): ValueTest {
  const matches = compileRegex(regex, budget)
  return (value) => (typeof value === 'string' ? matches(value) : value instanceof RegExp && sameValue(value, regex))
}

const $eq = onLeaves((operand, budget) => (value) => sameValue(value, operand, budget))

const $in = onLeaves((operand, budget) => {
  const all = operand as readonly DocumentValue[]
  const values = new ValueSet(
    budget,
    all.filter((item) => !(item instanceof RegExp)),
  )
  const patterns = all.filter((item) => item instanceof RegExp).map((regex) => regexTest(regex, budget))
  return (value) => values.has(value) || (patterns.length > 0 && patterns.some((test) => test(value)))
})

const $exists: FieldOperator = (path, operand, { budget }) => {
  const parts = parsePath(path)
  return (document) => reach(document, parts, budget).some((value) => value !== undefined) === operand
}

const $size: FieldOperator = (path, operand, { budget }) => {
  const parts = parsePath(path)
  return (document) => reach(document, parts, budget).some((value) => Array.isArray(value) && value.length === operand)
}

const $mod = onLeaves((operand) => {
  const [divisor, remainder] = operand as readonly [number, number]
  return (value) => typeof value === 'number' && Number.isFinite(value) && Math.trunc(value) % divisor === remainder
})

/** Cost of one condition on one element, which is copied or looked into. */
const ELEMENT_COST = 3

/** The field of the object that stands for an element in conditions on its value. */
const ELEMENT = 'value'

/** Tests one element of an array as `$elemMatch` does, with operators on the value or conditions on its fields. */
export function elementTest(criteria: DocumentObject, compiler: Compiler): (item: DocumentValue) => boolean {
  const { budget, compile } = compiler
  const onValue = isOperatorsOnly(criteria)
  const test = compile(onValue ? { [ELEMENT]: criteria } : criteria, { ...compiler, whole: onValue })
  const cost = ELEMENT_COST * countConditions(criteria)
  return (item) => {
    budget.spend(cost)
    return onValue ? test({ [ELEMENT]: item }) : isDocumentObject(item) && test(item)
  }
}

/** Conditions of a checked query. Lists of values to look up count as one. */
function countConditions(value: DocumentValue): number {
  if (Array.isArray(value)) {
    if (!value.some(isDocumentObject)) return 1
    return (value as readonly DocumentValue[]).reduce<number>((sum, item) => sum + countConditions(item), 1)
  }
  if (!isDocumentObject(value)) return 1
  return Object.values(value).reduce<number>((sum, item) => sum + countConditions(item), 1)
}

/** Holds when one element of an array meets all conditions. */
const $elemMatch: FieldOperator = (path, operand, compiler) => {
  const parts = parsePath(path)
  const test = elementTest(operand as DocumentObject, compiler)
  return (document) =>
    reach(document, parts, compiler.budget).some(
      (value) => Array.isArray(value) && (value as readonly DocumentValue[]).some((item) => test(item)),
    )
}

const $all: FieldOperator = (path, operand, compiler) => {
  const tests = (operand as readonly DocumentValue[]).map((item) => {
    if (isDocumentObject(item) && '$elemMatch' in item) return $elemMatch(path, item.$elemMatch ?? null, compiler)
    return item instanceof RegExp ? $regex(path, item, compiler) : $eq(path, item, compiler)
  })
  return (document) => tests.length > 0 && tests.every((test) => test(document))
}

const $regex = onLeaves((operand, budget) => regexTest(operand as RegExp, budget))

/** Cost of reading a point. */
function pointsCost(value: DocumentValue | undefined): number {
  return isDocumentObject(value) && Array.isArray(value.coordinates) ? 5 + value.coordinates.length : 1
}

/** Holds when the path reaches a point within the distance bounds. near-order.ts sorts by distance. */
const $nearSphere: FieldOperator = (path, operand, { budget }) => {
  const near = parseNear(path, operand)
  const parts = parsePath(path)
  return (document) =>
    someLeaf(document, parts, budget, (value) => {
      budget.spend(pointsCost(value))
      return Number.isFinite(distanceFrom(near, value))
    })
}

function geometric(name: string, holds: typeof within): FieldOperator {
  return onLeaves((operand, budget) => {
    const area = queryShape(name, operand)
    return (value) => {
      const shape = shapeOf(value)
      if (shape === undefined) return false
      budget.spend(comparisonCost(shape, area))
      return holds(shape, area)
    }
  })
}

/** The operators by name. `$not` is part of the compiler (matcher.ts). */
export const FIELD_OPERATORS: Readonly<Record<string, FieldOperator>> = {
  $eq,
  $ne: negated($eq),
  $gt: ordered((order) => order > 0),
  $gte: ordered((order) => order >= 0),
  $lt: ordered((order) => order < 0),
  $lte: ordered((order) => order <= 0),
  $in,
  $nin: negated($in),
  $exists,
  $size,
  $mod,
  $all,
  $elemMatch,
  $regex,
  $nearSphere,
  $geoWithin: geometric('$geoWithin', within),
  $geoIntersects: geometric('$geoIntersects', intersects),
}
