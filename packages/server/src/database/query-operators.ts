import { type DocumentObject, type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import { Context } from 'mingo/core'
import * as expressions from 'mingo/operators/expression'
import { $expr } from 'mingo/operators/query/evaluation'
import { $and, $nor, $not, $or } from 'mingo/operators/query/logical'
import { Query } from 'mingo/query'
import type { Options } from 'mingo/types'
import { compareValues, sameValue, typeRank } from './compare.ts'
import { EXPRESSIONS } from './expression-check.ts'
import { distanceFrom, intersects, parseNear, queryShape, shapeOf, within } from './geo.ts'
import { parsePath, reach, someLeaf } from './paths.ts'
import { isOperatorsOnly } from './query-conditions.ts'
import { ValueSet } from './value-set.ts'

/**
 * The operators with which mingo evaluates queries. Logic and expressions are mingo's. The conditions on fields are our
 * own: indexes can only be used when a condition tests exactly the values that index entries are made of, and some of
 * mingo's differ from MongoDB's ($mod matches null, $in misses whole arrays, $gte null misses missing fields, a regular
 * expression with the g flag matches every other time).
 */

type Test = (document: DocumentObject) => boolean
type FieldOperator = (path: string, operand: DocumentValue, options: Options) => Test
type ValueTest = (value: DocumentValue | undefined) => boolean

/** An operator that holds when one of the values that the path reaches passes the test. */
function onLeaves(make: (operand: DocumentValue) => ValueTest): FieldOperator {
  return (path, operand) => {
    const parts = parsePath(path)
    const test = make(operand)
    return (document) => someLeaf(document, parts, test)
  }
}

function negated(operator: FieldOperator): FieldOperator {
  return (path, operand, options) => {
    const test = operator(path, operand, options)
    return (document) => !test(document)
  }
}

/** Values are compared with values of their own type only; NaN only with NaN. */
function ordered(accept: (order: number) => boolean): FieldOperator {
  return onLeaves((operand) => {
    const rank = typeRank(operand)
    const operandIsNaN = Number.isNaN(operand)
    return (value) =>
      typeRank(value) === rank && Number.isNaN(value) === operandIsNaN && accept(compareValues(value, operand))
  })
}

/** Tests with a regular expression, without the flags that keep a position between two tests. */
function matcher(regex: RegExp): ValueTest {
  const stateless = new RegExp(regex.source, regex.flags.replace(/[gy]/g, ''))
  return (value) =>
    typeof value === 'string' ? stateless.test(value) : value instanceof RegExp && sameValue(value, regex)
}

const $eq = onLeaves((operand) => (value) => sameValue(value, operand))

const $in = onLeaves((operand) => {
  const all = operand as readonly DocumentValue[]
  const values = new ValueSet(all.filter((item) => !(item instanceof RegExp)))
  const patterns = all.filter((item) => item instanceof RegExp).map(matcher)
  return (value) => values.has(value) || patterns.some((test) => test(value))
})

const $exists: FieldOperator = (path, operand) => {
  const parts = parsePath(path)
  return (document) => reach(document, parts).some((value) => value !== undefined) === operand
}

const $size: FieldOperator = (path, operand) => {
  const parts = parsePath(path)
  return (document) => reach(document, parts).some((value) => Array.isArray(value) && value.length === operand)
}

const $mod = onLeaves((operand) => {
  const [divisor, remainder] = operand as readonly [number, number]
  return (value) => typeof value === 'number' && Number.isFinite(value) && Math.trunc(value) % divisor === remainder
})

/** Holds when one element of an array meets all conditions. */
const $elemMatch: FieldOperator = (path, operand, options) => {
  const parts = parsePath(path)
  const criteria = operand as DocumentObject
  const onValue = isOperatorsOnly(criteria)
  const query = new Query<DocumentObject>(onValue ? { value: criteria } : criteria, options)
  const test = (item: DocumentValue) =>
    onValue ? query.test({ value: item }) : isDocumentObject(item) && query.test(item)
  return (document) =>
    reach(document, parts).some(
      (value) => Array.isArray(value) && (value as readonly DocumentValue[]).some((item) => test(item)),
    )
}

const $all: FieldOperator = (path, operand, options) => {
  const tests = (operand as readonly DocumentValue[]).map((item) => {
    if (isDocumentObject(item) && '$elemMatch' in item) return $elemMatch(path, item.$elemMatch ?? null, options)
    return item instanceof RegExp ? $regex(path, item, options) : $eq(path, item, options)
  })
  return (document) => tests.length > 0 && tests.every((test) => test(document))
}

const $regex = onLeaves((operand) => matcher(operand as RegExp))

/** Holds when the path reaches a point within the distance bounds. near-order.ts sorts by distance. */
const $nearSphere: FieldOperator = (path, operand) => {
  const near = parseNear(path, operand)
  const parts = parsePath(path)
  return (document) => someLeaf(document, parts, (value) => Number.isFinite(distanceFrom(near, value)))
}

function geometric(name: string, holds: typeof within): FieldOperator {
  return onLeaves((operand) => {
    const area = queryShape(name, operand)
    return (value) => {
      const shape = shapeOf(value)
      return shape !== undefined && holds(shape, area)
    }
  })
}

const FIELD_OPERATORS: Readonly<Record<string, FieldOperator>> = {
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

/** Options for mingo: our operators, and nothing that runs code. An expression on the wrong type gives null, not an error. */
export function queryOptions(): Partial<Options> {
  const allowed = Object.entries(expressions).filter(([name]) => EXPRESSIONS.has(name))
  const context = Context.init({
    query: { $and, $or, $nor, $not, $expr, ...(FIELD_OPERATORS as QueryOps) },
    expression: Object.fromEntries(allowed) as ExpressionOps,
  })
  return { context, scriptEnabled: false, failOnError: false, useStrictMode: true }
}

type Operators = NonNullable<Parameters<typeof Context.init>[0]>
type QueryOps = NonNullable<Operators['query']>
type ExpressionOps = NonNullable<Operators['expression']>
