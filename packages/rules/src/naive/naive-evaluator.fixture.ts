/**
 * A second evaluator of the rule language for tests, written from docs/rules.md. It walks the tree over plain data, and its only
 * aim is to be obviously correct.
 */
import type { Node, Operator } from './naive-parser.fixture.ts'

/** An owner, who equals each of these ids. */
export class Owner {
  readonly ids: readonly string[]

  constructor(ids: readonly string[]) {
    this.ids = ids
  }
}

/** A field that a request changes to an unknown value. It is present, and cannot be compared. */
export class Changed {
  readonly changed = true
}

/** The context of a rule: plain data, with Owner for persons. `undefined` and `null` are missing. */
export interface NaiveWorld {
  readonly variables: Readonly<Record<string, unknown>>
  /** A stored document for `get`, as rules see it. */
  readonly document?: (collection: string, id: string | number) => unknown
  /** Collects the kinds of evaluated nodes, so that a test knows what it covered. */
  readonly visited?: Set<string>
}

/** The result of a comparison with a missing value: neither true nor false. */
const UNDECIDED = Symbol('undecided')

/** Whether the rule allows; false on an error. */
export function naiveDecide(node: Node, world: NaiveWorld): boolean {
  try {
    return evaluate(node, world) === true
  } catch {
    return false
  }
}

function evaluate(node: Node, world: NaiveWorld): unknown {
  world.visited?.add('operator' in node ? `${node.kind} ${node.operator}` : node.kind)
  switch (node.kind) {
    case 'literal':
      return node.value
    case 'variable':
      if (!Object.hasOwn(world.variables, node.name)) throw new Error(`there is no variable ${node.name}`)
      return world.variables[node.name]
    case 'member':
      return memberOf(evaluate(node.object, world), evaluate(node.name, world))
    case 'array':
      return node.items.map((item) => decided(evaluate(item, world)))
    case 'unary':
      return unary(node.operator, evaluate(node.operand, world))
    case 'binary':
      return binary(node.operator, node.left, node.right, world)
    case 'test':
      return test(new RegExp(node.pattern, node.flags), evaluate(node.argument, world))
    case 'get':
      return get(
        node.collection,
        node.id.map((piece) => evaluate(piece, world)),
        world,
      )
  }
}

/** Only data have members: own properties; of an array, its items and its length. Other members are missing. */
function memberOf(object: unknown, name: unknown): unknown {
  if (typeof object !== 'object' || object === null || isMissing(name) || name === UNDECIDED) return undefined
  if (typeof name !== 'string' && typeof name !== 'number') throw new Error('no name of a member')
  if (object instanceof Changed) return object
  if (object instanceof Owner) return undefined
  if (name === '__proto__' || name === 'constructor' || name === 'prototype') return undefined
  const value = Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined
  return value instanceof Date ? value.getTime() : value
}

function unary(operator: '!' | '+' | '-', value: unknown): unknown {
  if (operator === '!') return not(value)
  if (isMissing(value)) return undefined
  if (typeof value !== 'number') throw new Error('not a number')
  return operator === '-' ? -value : value
}

function not(value: unknown): unknown {
  if (value === UNDECIDED) return UNDECIDED
  return !boolean(value)
}

function binary(operator: Operator, left: Node, right: Node, world: NaiveWorld): unknown {
  switch (operator) {
    case '&&': {
      const first = evaluate(left, world)
      if (first === UNDECIDED || !boolean(first)) return first
      const second = evaluate(right, world)
      return second === UNDECIDED ? UNDECIDED : boolean(second)
    }
    case '||': {
      const first = evaluate(left, world)
      if (first !== UNDECIDED && boolean(first)) return true
      const second = evaluate(right, world)
      if (second !== UNDECIDED && boolean(second)) return true
      return first === UNDECIDED || second === UNDECIDED ? UNDECIDED : false
    }
    case '==':
    case '===':
      return equality(left, right, world)
    case '!=':
    case '!==':
      return not(equality(left, right, world))
    case 'in':
      return isIn(left, right, world)
    default:
      return order(operator, evaluate(left, world), evaluate(right, world))
  }
}

/** Only the literal `null` can be compared with a missing value. */
function equality(left: Node, right: Node, world: NaiveWorld): unknown {
  if (isNull(right)) return missing(evaluate(left, world))
  if (isNull(left)) return missing(evaluate(right, world))
  return same(evaluate(left, world), evaluate(right, world))
}

/** `x in [a, b]` is `x == a || x == b`. A missing x makes it undecided. */
function isIn(left: Node, right: Node, world: NaiveWorld): unknown {
  const value = evaluate(left, world)
  let answer: unknown = isMissing(value) || value === UNDECIDED ? UNDECIDED : false
  if (right.kind === 'array') {
    world.visited?.add('array')
    for (const item of right.items) {
      const found = isNull(item) ? missing(value) : same(value, evaluate(item, world))
      if (found === true) return true
      if (found === UNDECIDED) answer = UNDECIDED
    }
    return answer
  }
  const array = evaluate(right, world)
  if (isMissing(array) || array === UNDECIDED) return UNDECIDED
  if (!Array.isArray(array) || array.length > 1000) throw new Error('no array that in can look through')
  for (let index = 0; index < array.length; index++) {
    const found = same(value, memberOf(array, index))
    if (found === true) return true
    if (found === UNDECIDED) answer = UNDECIDED
  }
  return answer
}

function same(a: unknown, b: unknown): unknown {
  if (isMissing(a) || isMissing(b) || a === UNDECIDED || b === UNDECIDED) return UNDECIDED
  if (a instanceof Owner && b instanceof Owner) return a.ids.some((id) => b.ids.includes(id))
  if (typeof a === 'object' || typeof b === 'object') {
    if (a instanceof Owner && typeof b !== 'object') return a.ids.some((id) => id === b)
    if (b instanceof Owner && typeof a !== 'object') return b.ids.some((id) => id === a)
    throw new Error('objects and arrays cannot be compared')
  }
  return a === b
}

function order(operator: string, a: unknown, b: unknown): unknown {
  if (isMissing(a) || isMissing(b) || a === UNDECIDED || b === UNDECIDED) return UNDECIDED
  const numbers = typeof a === 'number' && typeof b === 'number'
  const strings = typeof a === 'string' && typeof b === 'string'
  if (!numbers && !strings) throw new Error('these have no order')
  if (operator === '<') return a < b
  if (operator === '<=') return a <= b
  if (operator === '>') return a > b
  return a >= b
}

function test(pattern: RegExp, value: unknown): unknown {
  if (isMissing(value) || value === UNDECIDED) return UNDECIDED
  if (typeof value !== 'string' || value.length > 1024) throw new Error('no string that can be tested')
  return pattern.test(value)
}

/** Concatenates the pieces of the id. A number that is the only piece stays a number. */
function get(collection: string, pieces: readonly unknown[], world: NaiveWorld): unknown {
  const texts: string[] = []
  for (const piece of pieces) {
    if (isMissing(piece) || piece === UNDECIDED) return undefined
    if (piece instanceof Owner) texts.push(piece.ids[0] ?? '')
    else if (typeof piece === 'string' || typeof piece === 'number') texts.push(String(piece))
    else throw new Error('no piece of an id')
  }
  const [only] = pieces
  return world.document?.(collection, pieces.length === 1 && typeof only === 'number' ? only : texts.join(''))
}

/** An undecided comparison cannot be an item of an array. */
function decided(value: unknown): unknown {
  if (value === UNDECIDED) throw new Error('undecided')
  return value
}

function missing(value: unknown): unknown {
  return value === UNDECIDED ? UNDECIDED : isMissing(value)
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null
}

function isNull(node: Node): boolean {
  return node.kind === 'literal' && node.value === null
}

function boolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error('neither true nor false')
  return value
}
