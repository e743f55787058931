import { type Text, text } from '../text.ts'
import {
  type CompareNode,
  type GetNode,
  isNullLiteral,
  type LogicalNode,
  type MemberNode,
  type RuleNode,
  type TestNode,
  type UnaryNode,
} from './ast.ts'
import { MAX_TESTED } from './pattern.ts'
import type { Scope, ScopeMember } from './scope.ts'
import {
  A_BOOLEAN,
  A_NUMBER,
  A_STRING,
  documentId,
  EvaluationError,
  equal,
  isIn,
  isMissing,
  isNull,
  member,
  ORDER_TESTS,
  order,
  type Truth,
  typeName,
  UNKNOWN,
  type Value,
  wrongType,
} from './values.ts'

type Run<C> = (context: C) => Value

/** A node with the closure that evaluates it. The tree is kept because explaining a denial evaluates the parts again. */
export interface CompiledNode<C> {
  readonly node: RuleNode
  readonly run: Run<C>
  readonly children: readonly CompiledNode<C>[]
  /** The variable or member that this node reads, when it is known before evaluation. */
  readonly reads?: ScopeMember<C>
}

/** Compiles an expression to closures over `scope`. No source code is generated. */
export function compile<C>(node: RuleNode, scope: Scope<C>): CompiledNode<C> {
  switch (node.kind) {
    case 'literal': {
      const { value } = node
      return { node, run: () => value, children: [] }
    }
    case 'variable': {
      const variable = scope.variables.get(node.name)
      if (variable !== undefined) return { node, run: variable.get, children: [], reads: variable }
      return { node, run: () => raise(noVariable(node.name)), children: [] }
    }
    case 'array': {
      const children = node.items.map((each) => compile(each, scope))
      return { node, run: (context) => children.map((child) => item(child.run(context))), children }
    }
    case 'member':
      return compileMember(node, scope)
    case 'unary':
      return compileUnary(node, scope)
    case 'logical':
      return compileLogical(node, scope)
    case 'compare':
      return compileCompare(node, scope)
    case 'test':
      return compileTest(node, scope)
    case 'get':
      return compileGet(node, scope)
  }
}

function compileMember<C>(node: MemberNode, scope: Scope<C>): CompiledNode<C> {
  const { property } = node
  const object = compile(node.object, scope)
  const members = node.object.kind === 'variable' ? scope.variables.get(node.object.name)?.members : undefined
  if (typeof property === 'string') {
    const fixed = members?.get(property)
    if (fixed !== undefined) return { node, run: fixed.get, children: [object], reads: fixed }
    return { node, run: (context) => member(object.run(context), property), children: [object] }
  }
  const name = compile(property, scope)
  const children = [object, name]
  if (members === undefined) {
    return { node, run: (context) => member(object.run(context), name.run(context)), children }
  }
  return {
    node,
    run: (context) => {
      const key = name.run(context)
      const found = typeof key === 'string' ? members.get(key) : undefined
      return found === undefined ? member(object.run(context), key) : found.get(context)
    },
    children,
  }
}

function compileUnary<C>(node: UnaryNode, scope: Scope<C>): CompiledNode<C> {
  const { operator } = node
  const operand = compile(node.operand, scope)
  const { run } = operand
  if (operator === '!') return { node, run: (context) => not(truth(run(context), '!')), children: [operand] }
  const sign = operator === '-' ? -1 : 1
  const signed = (context: C): Value => {
    const value = run(context)
    if (typeof value === 'number') return sign * value
    if (isMissing(value)) return undefined
    return raise(wrongType(`unary ${operator}`, A_NUMBER, typeName(value)))
  }
  return { node, run: signed, children: [operand] }
}

/**
 * `&&` stops at the first operand that is not true, `||` at the first that is true. An operand that is not a boolean is an
 * error. `&&` stops at an undecided operand; `||` goes on and is undecided if no later operand is true.
 */
function compileLogical<C>(node: LogicalNode, scope: Scope<C>): CompiledNode<C> {
  const { operator } = node
  const children = node.operands.map((operand) => compile(operand, scope))
  const runs = children.map((child) => child.run)
  const [first, second, third, ...more] = runs
  if (first !== undefined && second !== undefined && third === undefined) {
    return { node, run: operator === '&&' ? bothOf(first, second) : eitherOf(first, second), children }
  }
  if (first !== undefined && second !== undefined && third !== undefined && more.length === 0 && operator === '&&') {
    return { node, run: allOf(first, second, third), children }
  }
  if (operator === '&&') {
    const and = (context: C): Value => {
      for (const run of runs) {
        const answer = truth(run(context), '&&')
        if (answer !== true) return answer
      }
      return true
    }
    return { node, run: and, children }
  }
  const or = (context: C): Value => {
    let result: Truth = false
    for (const run of runs) {
      const answer = truth(run(context), '||')
      if (answer === true) return true
      if (answer === UNKNOWN) result = UNKNOWN
    }
    return result
  }
  return { node, run: or, children }
}

/* Most chains are short. Without a loop they take half the time. */

function bothOf<C>(first: Run<C>, second: Run<C>): Run<C> {
  return (context) => {
    const answer = truth(first(context), '&&')
    return answer === true ? truth(second(context), '&&') : answer
  }
}

function allOf<C>(first: Run<C>, second: Run<C>, third: Run<C>): Run<C> {
  return (context) => {
    const one = truth(first(context), '&&')
    if (one !== true) return one
    const two = truth(second(context), '&&')
    return two === true ? truth(third(context), '&&') : two
  }
}

function eitherOf<C>(first: Run<C>, second: Run<C>): Run<C> {
  return (context) => {
    const answer = truth(first(context), '||')
    if (answer === true) return true
    const other = truth(second(context), '||')
    return answer === UNKNOWN && other === false ? UNKNOWN : other
  }
}

function compileCompare<C>(node: CompareNode, scope: Scope<C>): CompiledNode<C> {
  const left = compile(node.left, scope)
  const right = compile(node.right, scope)
  return { node, run: comparison(node, left, right), children: [left, right] }
}

function comparison<C>(node: CompareNode, left: CompiledNode<C>, right: CompiledNode<C>): Run<C> {
  const a = left.run
  const b = right.run
  switch (node.operator) {
    case '==':
    case '===':
      return equality(left, right)
    case '!=':
    case '!==': {
      if (isNullLiteral(right.node)) return left.reads?.isThere ?? ((context) => not(isNull(a(context))))
      const same = equality(left, right)
      return (context) => not(same(context))
    }
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const { operator } = node
      const test = ORDER_TESTS[operator]
      return (context) => {
        const sign = order(a(context), b(context), operator)
        return sign === UNKNOWN ? UNKNOWN : test(sign)
      }
    }
    case 'in':
      return right.node.kind === 'array' ? inLiteral(left, right.children) : (context) => isIn(a(context), b(context))
  }
}

/** Undecided for a missing argument. The length of a string is bounded, and testing takes linear time. */
function compileTest<C>(node: TestNode, scope: Scope<C>): CompiledNode<C> {
  const { matches } = node
  const argument = compile(node.argument, scope)
  const { run } = argument
  const test = (context: C): Value => {
    const value = run(context)
    if (typeof value === 'string') {
      return value.length <= MAX_TESTED ? matches(value) : raise(TESTED_TOO_LONG)
    }
    if (isMissing(value) || value === UNKNOWN) return UNKNOWN
    return raise(wrongType('.test', A_STRING, typeName(value)))
  }
  return { node, run: test, children: [argument] }
}

/** When a piece of the id is missing, the document is missing too. */
function compileGet<C>(node: GetNode, scope: Scope<C>): CompiledNode<C> {
  const { collection } = node
  const { lookup } = scope
  const children = node.id.map((piece) => compile(piece, scope))
  const runs = children.map((child) => child.run)
  const get = (context: C): Value => {
    const id = documentId(runs.map((run) => run(context)))
    return id === undefined || lookup === undefined ? undefined : lookup(context, collection, id)
  }
  return { node, run: get, children }
}

/** Compared with the literal `null`: whether the other side is missing. Otherwise undecided when a side is missing. */
function equality<C>(left: CompiledNode<C>, right: CompiledNode<C>): (context: C) => Truth {
  const a = left.run
  const b = right.run
  if (isNullLiteral(right.node)) return (context) => isNull(a(context))
  if (isNullLiteral(left.node)) return (context) => isNull(b(context))
  const leftEquals = left.reads?.equals
  if (leftEquals !== undefined) return (context) => leftEquals(context, b(context))
  const rightEquals = right.reads?.equals
  if (rightEquals !== undefined) return (context) => rightEquals(context, a(context))
  return (context) => equal(a(context), b(context))
}

/** `x in [a, b]` is `x == a || x == b`. A missing x makes it undecided, even for an empty array. */
function inLiteral<C>(left: CompiledNode<C>, items: readonly CompiledNode<C>[]): Run<C> {
  const a = left.run
  const names = new Set(items.map(({ node }) => (node.kind === 'literal' ? node.value : undefined)))
  const onlyStrings = items.length > 0 && [...names].every((name) => typeof name === 'string')
  return (context) => {
    const value = a(context)
    if (onlyStrings && typeof value === 'string') return names.has(value)
    let result: Truth = value === UNKNOWN || isMissing(value) ? UNKNOWN : false
    for (const item of items) {
      const same = isNullLiteral(item.node) ? isNull(value) : equal(value, item.run(context))
      if (same === true) return true
      if (same === UNKNOWN) result = UNKNOWN
    }
    return result
  }
}

function not(answer: Truth): Truth {
  return answer === UNKNOWN ? UNKNOWN : !answer
}

function truth(value: Value, operator: string): Truth {
  if (typeof value === 'boolean' || value === UNKNOWN) return value
  return raise(wrongType(operator, A_BOOLEAN, typeName(value)))
}

const TESTED_TOO_LONG = text(`.test accepts at most ${MAX_TESTED} characters`, `.test 最多检验 ${MAX_TESTED} 个字符`)

export const UNDECIDED_ITEM = text('an undecided comparison cannot be an item of an array', '未决的比较不能放入数组')

/** In an array it would count as missing, and `== null` would be true. */
function item(value: Value): Value {
  return value === UNKNOWN ? raise(UNDECIDED_ITEM) : value
}

export function noVariable(name: string): Text {
  const quoted = JSON.stringify(name)
  return text(`there is no variable ${quoted}`, `没有变量 ${quoted}`)
}

function raise(message: Text): never {
  throw new EvaluationError(message)
}
