import {
  type CompareNode,
  type GetNode,
  isNullLiteral,
  type LogicalNode,
  type MemberNode,
  type OrderOperator,
  type RuleNode,
  type TestNode,
  type UnaryNode,
} from '../language/ast.ts'
import { noVariable, UNDECIDED_ITEM } from '../language/compile.ts'
import {
  A_BOOLEAN,
  A_NUMBER,
  A_STRING,
  ComparableValue,
  member as concreteMember,
  documentId,
  EvaluationError,
  equal,
  HIDDEN,
  isIn,
  isMissing,
  NOT_COMPARABLE,
  notAName,
  notOrdered,
  ORDER_TESTS,
  order,
  RIGHT_ARRAY,
  TYPE_NAMES,
  typeName,
  UNKNOWN,
  type Value,
  wrongType,
} from '../language/values.ts'
import type { Text } from '../text.ts'
import { compareIntervals, exactly, type Interval, overlap } from './interval.ts'
import {
  ANYTHING,
  distinct,
  FALSE,
  known,
  MISSING,
  NUMBER,
  type PossibleValue,
  type PossibleValues,
  TRUE,
  type World,
} from './possible-value.ts'

/**
 * The possible values of an expression in a world. They include the result of evaluating it in any context of the world,
 * except for errors about the size of data. They can include more, because each part is evaluated independently.
 */
export function possibleValues(node: RuleNode, world: World): PossibleValues {
  const before = world.cache?.get(node)
  if (before !== undefined) return before
  const values = valuesOf(node, world)
  world.cache?.set(node, values)
  return values
}

function valuesOf(node: RuleNode, world: World): PossibleValues {
  switch (node.kind) {
    case 'literal':
      return [known(node.value)]
    case 'variable':
      return world.variables.get(node.name)?.value ?? [failed(noVariable(node.name))]
    case 'array':
      return distinct(array(node.items.flatMap((item) => possibleValues(item, world))))
    case 'member':
      return distinct(member(node, world))
    case 'unary':
      return distinct(possibleValues(node.operand, world).map((value) => unary(node, value)))
    case 'test':
      return distinct(possibleValues(node.argument, world).flatMap((value) => test(node, value)))
    case 'get':
      return distinct(get(node, world))
    case 'compare':
      return distinct(compare(node, world))
    case 'logical':
      return distinct(logical(node, world))
  }
}

/** Whether an expression can be `true` in a world. */
export function mayHold(node: RuleNode, world: World): boolean {
  return possibleValues(node, world).some(isTrue)
}

/** Whether an expression is always `true` in a world. */
export function mustHold(node: RuleNode, world: World): boolean {
  return possibleValues(node, world).every(isTrue)
}

function isTrue(possible: PossibleValue): boolean {
  return possible.is === 'known' && possible.value === true
}

/** Whether a value can be an operand of `&&`, `||` and `!`. */
export function isTruth(possible: PossibleValue): boolean {
  return possible.is === 'known' && (typeof possible.value === 'boolean' || possible.value === UNKNOWN)
}

function array(items: PossibleValues): PossibleValues {
  const undecided = items.some((item) => item.is === 'known' && item.value === UNKNOWN)
  return [{ is: 'array' }, ...(undecided ? [failed(UNDECIDED_ITEM)] : []), ...items.filter(({ is }) => is === 'error')]
}

function member(node: MemberNode, world: World): PossibleValues {
  const { object, property } = node
  const members = object.kind === 'variable' ? world.variables.get(object.name)?.members : undefined
  const names = typeof property === 'string' ? [known(property)] : possibleValues(property, world)
  const objects = possibleValues(object, world)
  return names.flatMap((name) => {
    if (name.is === 'error') return [name]
    if (members === undefined) return objects.flatMap((value) => memberOf(value, name))
    if (name.is === 'known' && typeof name.value === 'string') return members.get(name.value) ?? [MISSING]
    const inVariable = name.is === 'string' || name.is === 'id' ? [...members.values()].flat() : []
    return [
      ...objects.map((value) => (value.is === 'error' ? value : (wrongName(value, name) ?? MISSING))),
      ...inVariable,
    ]
  })
}

/** A member of data. */
function memberOf(object: PossibleValue, name: PossibleValue): PossibleValues {
  if (object.is === 'error') return [object]
  const wrong = wrongName(object, name)
  if (wrong !== undefined) return [wrong]
  if (isAbsent(name)) return [MISSING]
  if (object.is === 'known') {
    const { value } = object
    if (typeof value !== 'object' || value === null) return [MISSING]
    return name.is === 'known' ? [attempt(() => concreteMember(value, name.value))] : ANYTHING
  }
  if (!isCompound(object)) return [MISSING]
  const members = object.is === 'object' ? object.members : undefined
  if (name.is !== 'known') return [...ANYTHING, ...[...(members?.values() ?? [])].flat().filter(isSpecial)]
  const known = String(name.value)
  return HIDDEN.has(known) ? [MISSING] : (members?.get(known) ?? ANYTHING)
}

/** Whether a value is not one of `ANYTHING`. */
function isSpecial(value: PossibleValue): boolean {
  return value.is === 'id' || value.is === 'error' || (value.is === 'known' && value.value instanceof ComparableValue)
}

/** The error for a member name that is neither a string nor a number. */
function wrongName(object: PossibleValue, name: PossibleValue): PossibleValue | undefined {
  const hasMembers = isCompound(object) || (object.is === 'known' && typeof object.value === 'object')
  if (!hasMembers || isAbsent(object) || isAbsent(name)) return undefined
  const type = possibleTypeName(name)
  return type === TYPE_NAMES.string || type === TYPE_NAMES.number ? undefined : failed(notAName(type))
}

function get(node: GetNode, world: World): PossibleValues {
  const pieces = node.id.map((piece) => possibleValues(piece, world))
  const errors = pieces.flat().filter(({ is }) => is === 'error')
  const first = pieces.map(([piece, ...others]) => (others.length === 0 && piece?.is === 'known' ? piece : undefined))
  const fixed = first.filter((piece) => piece !== undefined)
  if (fixed.length < pieces.length) return [...errors, MISSING, ...(world.get?.(node.collection, undefined) ?? [])]
  const id = attempt(() => documentId(fixed.map(({ value }) => value)))
  if (id.is !== 'known') return [id]
  const named = typeof id.value === 'string' || typeof id.value === 'number'
  return named ? (world.get?.(node.collection, id.value) ?? [MISSING]) : [MISSING]
}

function unary(node: UnaryNode, value: PossibleValue): PossibleValue {
  if (value.is === 'error') return value
  if (node.operator === '!') {
    if (!isTruth(value)) return failed(wrongType('!', A_BOOLEAN, possibleTypeName(value)))
    return value.is === 'known' && typeof value.value === 'boolean' ? known(!value.value) : value
  }
  if (value.is === 'number') return NUMBER
  if (value.is === 'known' && typeof value.value === 'number') {
    return known(node.operator === '-' ? -value.value : value.value)
  }
  const missing = value.is === 'known' && isMissing(value.value)
  return missing ? MISSING : failed(wrongType(`unary ${node.operator}`, A_NUMBER, possibleTypeName(value)))
}

function test(node: TestNode, value: PossibleValue): PossibleValues {
  if (value.is === 'error') return [value]
  if (value.is === 'string') return value.shape.matches(node).map(known)
  if (value.is === 'known' && typeof value.value === 'string') return [known(node.matches(value.value))]
  return isAbsent(value) ? [known(UNKNOWN)] : [failed(wrongType('.test', A_STRING, possibleTypeName(value)))]
}

function compare(node: CompareNode, world: World): PossibleValues {
  const { operator, left, right } = node
  if (operator === 'in' && right.kind === 'array') {
    return possibleValues(left, world).flatMap((value) => inLiteral(value, right.items, world))
  }
  if (operator === '!=' || operator === '!==') return equality(left, right, world).map(not)
  if (operator === '==' || operator === '===') return equality(left, right, world)
  const rights = possibleValues(right, world)
  return possibleValues(left, world).flatMap((a) =>
    rights.flatMap((b) => (operator === 'in' ? inData(a, b) : ordered(operator, a, b))),
  )
}

function equality(left: RuleNode, right: RuleNode, world: World): PossibleValues {
  if (isNullLiteral(right)) return possibleValues(left, world).map(isNull)
  if (isNullLiteral(left)) return possibleValues(right, world).map(isNull)
  const rights = possibleValues(right, world)
  return possibleValues(left, world).flatMap((a) => rights.flatMap((b) => equalPair(a, b)))
}

function isNull(value: PossibleValue): PossibleValue {
  if (value.is === 'error' || (value.is === 'known' && value.value === UNKNOWN)) return value
  return known(isAbsent(value))
}

function equalPair(a: PossibleValue, b: PossibleValue): PossibleValues {
  if (a.is === 'error') return [a]
  if (b.is === 'error') return [b]
  if (a.is === 'known' && b.is === 'known') return [attempt(() => equal(a.value, b.value))]
  if (isAbsent(a) || isAbsent(b)) return [known(UNKNOWN)]
  if (isData(a) || isData(b)) return [failed(NOT_COMPARABLE)]
  const own = [a, b].find((side) => side.is === 'known' && side.value instanceof ComparableValue)
  const answers = own?.is === 'known' ? comparable(own.value as ComparableValue) : [TRUE, FALSE]
  if (answers.some(({ is }) => is === 'error')) return answers
  if (a.is === 'id') return a.mayEqual(b) ? answers : [FALSE]
  if (b.is === 'id') return b.mayEqual(a) ? answers : [FALSE]
  if (own !== undefined) return answers
  if (a.is === 'string' || b.is === 'string') return sameString(a, b) ? [TRUE, FALSE] : [FALSE]
  if (a.is === 'number' || b.is === 'number') return sameNumber(a, b) ? [TRUE, FALSE] : [FALSE]
  return possibleTypeName(a) === possibleTypeName(b) ? [TRUE, FALSE] : [FALSE]
}

function sameString(a: PossibleValue, b: PossibleValue): boolean {
  if (a.is === 'string' && b.is === 'string') return a.shape.mayEqualShape(b.shape) && b.shape.mayEqualShape(a.shape)
  if (a.is === 'string') return b.is === 'known' && typeof b.value === 'string' && a.shape.mayEqual(b.value)
  return b.is === 'string' && sameString(b, a)
}

/** The possible results of comparing a value that defines its own equality with an unknown value. */
function comparable(value: ComparableValue): PossibleValues {
  const answer = attempt(() => value.equals(''))
  return answer.is === 'error' ? [answer] : [TRUE, FALSE]
}

function sameNumber(a: PossibleValue, b: PossibleValue): boolean {
  const [x, y] = [numbers(a), numbers(b)]
  if (x === undefined || y === undefined || !overlap(x, y)) return false
  const excluded = (side: PossibleValue, other: PossibleValue) =>
    side.is === 'number' && other.is === 'known' && side.except?.has(other.value) === true
  return !excluded(a, b) && !excluded(b, a)
}

function numbers(value: PossibleValue): Interval<number> | undefined {
  if (value.is === 'number') return value.interval ?? {}
  return value.is === 'known' && typeof value.value === 'number' ? exactly(value.value) : undefined
}

function strings(value: PossibleValue): Interval<string> | undefined {
  if (value.is === 'string') return value.shape.interval ?? {}
  return value.is === 'known' && typeof value.value === 'string' ? exactly(value.value) : undefined
}

function ordered(operator: OrderOperator, a: PossibleValue, b: PossibleValue): PossibleValues {
  if (a.is === 'error') return [a]
  if (b.is === 'error') return [b]
  if (a.is === 'known' && b.is === 'known') {
    return [
      attempt(() => {
        const sign = order(a.value, b.value, operator)
        return sign === UNKNOWN ? UNKNOWN : ORDER_TESTS[operator](sign)
      }),
    ]
  }
  if (isAbsent(a) || isAbsent(b)) return [known(UNKNOWN)]
  const [numberA, numberB, stringA, stringB] = [numbers(a), numbers(b), strings(a), strings(b)]
  if (numberA !== undefined && numberB !== undefined) return compareIntervals(operator, numberA, numberB).map(known)
  if (stringA !== undefined && stringB !== undefined) return compareIntervals(operator, stringA, stringB).map(known)
  return [failed(notOrdered(operator, possibleTypeName(a), possibleTypeName(b)))]
}

function inLiteral(value: PossibleValue, items: readonly RuleNode[], world: World): PossibleValues {
  if (value.is === 'error') return [value]
  const before = isAbsent(value) ? [known(UNKNOWN)] : [FALSE]
  // The possible results so far. `true` ends the search.
  return items.reduce<PossibleValues>((found, item) => {
    const answers = isNullLiteral(item)
      ? [isNull(value)]
      : possibleValues(item, world).flatMap((other) => equalPair(value, other))
    return distinct(found.flatMap((so) => (ends(so) ? [so] : answers.map((answer) => (isFalse(answer) ? so : answer)))))
  }, before)
}

function inData(a: PossibleValue, b: PossibleValue): PossibleValues {
  if (a.is === 'error') return [a]
  if (b.is === 'error') return [b]
  if (isAbsent(b)) return [known(UNKNOWN)]
  if (b.is === 'known') {
    const items: unknown = b.value
    if (a.is === 'known' || !Array.isArray(items)) {
      return [attempt(() => isIn(a.is === 'known' ? a.value : '', b.value))]
    }
    return [...items.flatMap((item: Value) => equalPair(a, known(item))), FALSE, known(UNKNOWN)]
  }
  if (b.is !== 'array') return [failed(wrongType('in', RIGHT_ARRAY, possibleTypeName(b)))]
  if (isAbsent(a)) return [known(UNKNOWN)]
  if (a.is === 'known' && b.contains?.some((item) => isTrue(attempt(() => equal(a.value, item))))) return [TRUE]
  const items = b.contains === undefined ? ANYTHING : ANYTHING.filter((item) => !isCompound(item))
  return [...items.flatMap((item) => equalPair(a, item)), FALSE, known(UNKNOWN)]
}

/** The values of operands that end the evaluation, and the result when no operand does. */
function logical(node: LogicalNode, world: World): PossibleValues {
  const ending = node.operator === '||'
  let goesOn: PossibleValues = [known(!ending)]
  const final: PossibleValue[] = []
  for (const operand of node.operands) {
    if (goesOn.length === 0) break
    const next: PossibleValue[] = []
    for (const value of possibleValues(operand, world)) {
      if (value.is === 'error') final.push(value)
      else if (!isTruth(value)) final.push(failed(wrongType(node.operator, A_BOOLEAN, possibleTypeName(value))))
      else if (ending ? isTrue(value) : !isTrue(value)) final.push(value)
      else next.push(...goesOn.map((so) => (isFalse(value) ? so : value)))
    }
    goesOn = distinct(next)
  }
  return [...final, ...goesOn]
}

function not(value: PossibleValue): PossibleValue {
  return value.is === 'known' && typeof value.value === 'boolean' ? known(!value.value) : value
}

/** The value that a computation returns, or its EvaluationError. */
export function attempt(evaluate: () => Value): PossibleValue {
  try {
    return known(evaluate())
  } catch (error) {
    if (error instanceof EvaluationError) return failed(error.text)
    throw error
  }
}

function failed(error: Text): PossibleValue {
  return { is: 'error', error }
}

function ends(value: PossibleValue): boolean {
  return value.is === 'error' || isTrue(value)
}

function isFalse(value: PossibleValue): boolean {
  return value.is === 'known' && value.value === false
}

/** Whether a value is missing, or an undecided comparison. */
function isAbsent(value: PossibleValue): boolean {
  return value.is === 'known' && (isMissing(value.value) || value.value === UNKNOWN)
}

function isCompound(value: PossibleValue): boolean {
  return value.is === 'object' || value.is === 'array'
}

/** Whether a value is an object or an array, known or not; a value that defines its own equality is neither. */
function isData(value: PossibleValue): boolean {
  if (value.is !== 'known') return isCompound(value)
  return typeof value.value === 'object' && value.value !== null && !(value.value instanceof ComparableValue)
}

/** The type of a possible value, for messages. */
export function possibleTypeName(value: PossibleValue): Text {
  return value.is === 'known' ? typeName(value.value) : value.is === 'error' ? TYPE_NAMES.unknown : TYPE_NAMES[value.is]
}
