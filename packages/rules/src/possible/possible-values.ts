import type {
  CompareNode,
  GetNode,
  LogicalNode,
  MemberNode,
  OrderOperator,
  RuleNode,
  TestNode,
  UnaryNode,
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
  order,
  RIGHT_ARRAY,
  TYPE_NAMES,
  typeName,
  UNKNOWN,
  type Value,
  wrongType,
} from '../language/values.ts'
import type { Text } from '../text.ts'
import { compareIntervals, type Interval, only, overlap } from './interval.ts'
import {
  ANYTHING,
  distinct,
  FALSE,
  known,
  MISSING,
  NUMBER,
  type Possibilities,
  type Possible,
  TRUE,
  type World,
} from './possible-value.ts'

/**
 * What an expression can yield in a world. Never less than what evaluation yields in a context of that world, except for
 * errors about the size of data; sometimes more, because each possibility is followed by itself.
 */
export function possibleValues(node: RuleNode, world: World): Possibilities {
  const before = world.seen?.get(node)
  if (before !== undefined) return before
  const values = valuesOf(node, world)
  world.seen?.set(node, values)
  return values
}

function valuesOf(node: RuleNode, world: World): Possibilities {
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

/** Whether an expression is `true` throughout a world. */
export function mustHold(node: RuleNode, world: World): boolean {
  return possibleValues(node, world).every(isTrue)
}

function isTrue(possible: Possible): boolean {
  return possible.is === 'known' && possible.value === true
}

/** Whether a value can be an operand of `&&`, `||` and `!`. */
export function isTruth(possible: Possible): boolean {
  return possible.is === 'known' && (typeof possible.value === 'boolean' || possible.value === UNKNOWN)
}

function array(items: Possibilities): Possibilities {
  const undecided = items.some((item) => item.is === 'known' && item.value === UNKNOWN)
  return [{ is: 'array' }, ...(undecided ? [failed(UNDECIDED_ITEM)] : []), ...items.filter(({ is }) => is === 'error')]
}

function member(node: MemberNode, world: World): Possibilities {
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
function memberOf(object: Possible, name: Possible): Possibilities {
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

/** What is not a case of `ANYTHING`. */
function isSpecial(value: Possible): boolean {
  return value.is === 'id' || value.is === 'error' || (value.is === 'known' && value.value instanceof ComparableValue)
}

/** The error of naming a member by something that is no name. */
function wrongName(object: Possible, name: Possible): Possible | undefined {
  const hasMembers = isCompound(object) || (object.is === 'known' && typeof object.value === 'object')
  if (!hasMembers || isAbsent(object) || isAbsent(name)) return undefined
  const type = nameOf(name)
  return type === TYPE_NAMES.string || type === TYPE_NAMES.number ? undefined : failed(notAName(type))
}

function get(node: GetNode, world: World): Possibilities {
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

function unary(node: UnaryNode, value: Possible): Possible {
  if (value.is === 'error') return value
  if (node.operator === '!') {
    if (!isTruth(value)) return failed(wrongType('!', A_BOOLEAN, nameOf(value)))
    return value.is === 'known' && typeof value.value === 'boolean' ? known(!value.value) : value
  }
  if (value.is === 'number') return NUMBER
  if (value.is === 'known' && typeof value.value === 'number') {
    return known(node.operator === '-' ? -value.value : value.value)
  }
  const missing = value.is === 'known' && isMissing(value.value)
  return missing ? MISSING : failed(wrongType(`unary ${node.operator}`, A_NUMBER, nameOf(value)))
}

function test(node: TestNode, value: Possible): Possibilities {
  if (value.is === 'error') return [value]
  if (value.is === 'string') return value.shape.matches(node).map(known)
  if (value.is === 'known' && typeof value.value === 'string') return [known(node.matches(value.value))]
  return isAbsent(value) ? [known(UNKNOWN)] : [failed(wrongType('.test', A_STRING, nameOf(value)))]
}

function compare(node: CompareNode, world: World): Possibilities {
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

function equality(left: RuleNode, right: RuleNode, world: World): Possibilities {
  if (isNullLiteral(right)) return possibleValues(left, world).map(isNull)
  if (isNullLiteral(left)) return possibleValues(right, world).map(isNull)
  const rights = possibleValues(right, world)
  return possibleValues(left, world).flatMap((a) => rights.flatMap((b) => equalPair(a, b)))
}

function isNullLiteral(node: RuleNode): boolean {
  return node.kind === 'literal' && node.value === null
}

function isNull(value: Possible): Possible {
  if (value.is === 'error' || (value.is === 'known' && value.value === UNKNOWN)) return value
  return known(isAbsent(value))
}

function equalPair(a: Possible, b: Possible): Possibilities {
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
  return nameOf(a) === nameOf(b) ? [TRUE, FALSE] : [FALSE]
}

function sameString(a: Possible, b: Possible): boolean {
  if (a.is === 'string' && b.is === 'string') return a.shape.mayEqualShape(b.shape) && b.shape.mayEqualShape(a.shape)
  if (a.is === 'string') return b.is === 'known' && typeof b.value === 'string' && a.shape.mayEqual(b.value)
  return b.is === 'string' && sameString(b, a)
}

/** A value that decides for itself what it equals, beside something that is not known. */
function comparable(value: ComparableValue): Possibilities {
  const answer = attempt(() => value.equals(''))
  return answer.is === 'error' ? [answer] : [TRUE, FALSE]
}

function sameNumber(a: Possible, b: Possible): boolean {
  const [x, y] = [numbers(a), numbers(b)]
  if (x === undefined || y === undefined || !overlap(x, y)) return false
  const excluded = (side: Possible, other: Possible) =>
    side.is === 'number' && other.is === 'known' && side.except?.has(other.value) === true
  return !excluded(a, b) && !excluded(b, a)
}

function numbers(value: Possible): Interval<number> | undefined {
  if (value.is === 'number') return value.interval ?? {}
  return value.is === 'known' && typeof value.value === 'number' ? only(value.value) : undefined
}

function strings(value: Possible): Interval<string> | undefined {
  if (value.is === 'string') return value.shape.interval ?? {}
  return value.is === 'known' && typeof value.value === 'string' ? only(value.value) : undefined
}

function ordered(operator: OrderOperator, a: Possible, b: Possible): Possibilities {
  if (a.is === 'error') return [a]
  if (b.is === 'error') return [b]
  if (a.is === 'known' && b.is === 'known') {
    return [
      attempt(() => {
        const sign = order(a.value, b.value, operator)
        if (sign === UNKNOWN) return UNKNOWN
        return (
          (sign < 0 && operator[0] === '<') || (sign > 0 && operator[0] === '>') || (sign === 0 && operator[1] === '=')
        )
      }),
    ]
  }
  if (isAbsent(a) || isAbsent(b)) return [known(UNKNOWN)]
  const [numberA, numberB, stringA, stringB] = [numbers(a), numbers(b), strings(a), strings(b)]
  if (numberA !== undefined && numberB !== undefined) return compareIntervals(operator, numberA, numberB).map(known)
  if (stringA !== undefined && stringB !== undefined) return compareIntervals(operator, stringA, stringB).map(known)
  return [failed(notOrdered(operator, nameOf(a), nameOf(b)))]
}

function inLiteral(value: Possible, items: readonly RuleNode[], world: World): Possibilities {
  if (value.is === 'error') return [value]
  const before = isAbsent(value) ? [known(UNKNOWN)] : [FALSE]
  // What the search can have found so far; `true` ends it.
  return items.reduce<Possibilities>((found, item) => {
    const answers = isNullLiteral(item)
      ? [isNull(value)]
      : possibleValues(item, world).flatMap((other) => equalPair(value, other))
    return distinct(found.flatMap((so) => (ends(so) ? [so] : answers.map((answer) => (isFalse(answer) ? so : answer)))))
  }, before)
}

function inData(a: Possible, b: Possible): Possibilities {
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
  if (b.is !== 'array') return [failed(wrongType('in', RIGHT_ARRAY, nameOf(b)))]
  if (isAbsent(a)) return [known(UNKNOWN)]
  if (a.is === 'known' && b.contains?.some((item) => isTrue(attempt(() => equal(a.value, item))))) return [TRUE]
  const items = b.contains === undefined ? ANYTHING : ANYTHING.filter((item) => !isCompound(item))
  return [...items.flatMap((item) => equalPair(a, item)), FALSE, known(UNKNOWN)]
}

/** What an operand that ends the evaluation yields, and what comes out when none does. */
function logical(node: LogicalNode, world: World): Possibilities {
  const ending = node.operator === '||'
  let goesOn: Possibilities = [known(!ending)]
  const out: Possible[] = []
  for (const operand of node.operands) {
    if (goesOn.length === 0) break
    const next: Possible[] = []
    for (const value of possibleValues(operand, world)) {
      if (value.is === 'error') out.push(value)
      else if (!isTruth(value)) out.push(failed(wrongType(node.operator, A_BOOLEAN, nameOf(value))))
      else if (ending ? isTrue(value) : !isTrue(value)) out.push(value)
      else next.push(...goesOn.map((so) => (isFalse(value) ? so : value)))
    }
    goesOn = distinct(next)
  }
  return [...out, ...goesOn]
}

function not(value: Possible): Possible {
  return value.is === 'known' && typeof value.value === 'boolean' ? known(!value.value) : value
}

function attempt(evaluate: () => Value): Possible {
  try {
    return known(evaluate())
  } catch (error) {
    if (error instanceof EvaluationError) return failed(error.text)
    throw error
  }
}

function failed(error: Text): Possible {
  return { is: 'error', error }
}

function ends(value: Possible): boolean {
  return value.is === 'error' || isTrue(value)
}

function isFalse(value: Possible): boolean {
  return value.is === 'known' && value.value === false
}

/** Missing, or a comparison that was not decided. */
function isAbsent(value: Possible): boolean {
  return value.is === 'known' && (isMissing(value.value) || value.value === UNKNOWN)
}

function isCompound(value: Possible): boolean {
  return value.is === 'object' || value.is === 'array'
}

/** An object or an array, known or not; not a value that decides for itself what it equals. */
function isData(value: Possible): boolean {
  if (value.is !== 'known') return isCompound(value)
  return typeof value.value === 'object' && value.value !== null && !(value.value instanceof ComparableValue)
}

/** For messages: what kind of thing a possibility is. */
export function nameOf(value: Possible): Text {
  return value.is === 'known' ? typeName(value.value) : value.is === 'error' ? TYPE_NAMES.unknown : TYPE_NAMES[value.is]
}
