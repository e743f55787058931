import { type CompareNode, childrenOf, type RuleNode } from '../../language/ast.ts'
import { clip, show } from '../../language/explain.ts'
import type { ExplainedNode, Outcome } from '../../language/explain-tree.ts'
import { isMissing, UNKNOWN, type Value } from '../../language/values.ts'
import type { Possibilities, World } from '../../possible/possible-value.ts'
import { mayHold, mustHold, possibleValues } from '../../possible/possible-values.ts'
import { type Text, text } from '../../text.ts'
import { docPath, readsDoc } from './doc-paths.ts'

/** Characters of one clause in a sentence about it. */
const MAX_CLAUSE = 160

/** Worlds from which a decision is explained: one in which the rule does not hold, and others to compare it with. */
const MAX_TOLD = 8

/** Whether a rule holds in every world. */
export function holds(root: RuleNode, worlds: readonly World[]): boolean {
  return worlds.every((world) => mustHold(root, world))
}

/** Why a rule is not shown to hold: the first clause that may fail, and what the query would have to say. */
export function whyUnproven(root: RuleNode, source: string, all: readonly World[]): Text {
  const worlds = told(root, all)
  const culprit = firstOpen(root, worlds)
  const clause = clip(source.slice(culprit.start, culprit.end), MAX_CLAUSE)
  const error = worlds.flatMap((world) => possibleValues(culprit, world)).find((value) => value.is === 'error')
  if (!readsDoc(culprit) && outcomeOf(culprit, worlds) !== 'open') {
    return error?.is === 'error'
      ? text(`${clause} cannot be evaluated: ${error.error.en}`, `${clause} 无法求值：${error.error.zh}`)
      : text(`${clause} does not hold`, `${clause} 不成立`)
  }
  const advice = needed(culprit, source)
  const because =
    outcomeOf(culprit, worlds) === 'open'
      ? text('the query finds documents for which this need not hold', '查询会找到不一定满足它的文档')
      : text('it does not hold', '它不成立')
  // Of what may hold it is not said which of the values that it can have would be an error.
  const fails = error?.is === 'error' && !worlds.some((world) => mayHold(culprit, world))
  const why = unread(culprit, worlds) ?? (fails ? error.error : because)
  return text(
    `the query does not imply ${clause}: ${why.en}${advice === undefined ? '' : `; ${advice.en}`}`,
    `查询不能保证 ${clause}：${why.zh}${advice === undefined ? '' : `；${advice.zh}`}`,
  )
}

/** Why a document that `get( )` names cannot be had. */
function unread(node: RuleNode, worlds: readonly World[]): Text | undefined {
  for (const child of childrenOf(node)) {
    const inner = unread(child, worlds)
    if (inner !== undefined) return inner
  }
  if (node.kind !== 'get') return undefined
  const error = worlds.flatMap((world) => possibleValues(node, world)).find((value) => value.is === 'error')
  return error?.is === 'error' ? error.error : undefined
}

/** The rule as a tree of what the query says of each part. */
export function proofTree(root: RuleNode, source: string, all: readonly World[]): ExplainedNode {
  return explained(root, source, told(root, all), true)
}

/** Those far apart differ in more than one field. */
function told(root: RuleNode, worlds: readonly World[]): readonly World[] {
  if (worlds.length <= MAX_TOLD) return worlds
  const step = Math.floor(worlds.length / MAX_TOLD) + 1
  const failing = worlds.find((world) => !mustHold(root, world))
  return worlds.filter((world, index) => world === failing || index % step === 0)
}

function firstOpen(node: RuleNode, worlds: readonly World[]): RuleNode {
  if (node.kind !== 'logical') return node
  const failing = node.operands.filter((operand) => !holds(operand, worlds))
  // Of alternatives the one that comes nearest: it may hold.
  const [first] = node.operator === '&&' ? failing : failing.filter((operand) => outcomeOf(operand, worlds) === 'open')
  return first === undefined ? node : firstOpen(first, worlds)
}

function explained(node: RuleNode, source: string, worlds: readonly World[], decided: boolean): ExplainedNode {
  const outcome = outcomeOf(node, worlds)
  const [values = []] = worlds.map((world) => possibleValues(node, world))
  const [value] = values
  const shown = value?.is === 'known' ? value.value : SOME
  const advice = decided && outcome === 'open' ? needed(node, source) : undefined
  return {
    kind: node.kind,
    source: source.slice(node.start, node.end),
    start: node.start,
    end: node.end,
    outcome,
    ...(outcome === 'value' ? { value: text(show(shown, 'en'), show(shown, 'zh')) } : {}),
    decided,
    ...(advice === undefined ? {} : { needed: advice }),
    children: children(node).map((child) => explained(child, source, worlds, decided && decides(node, child, worlds))),
  }
}

/** What can be asked by itself: the object of a member cannot. */
function children(node: RuleNode): readonly RuleNode[] {
  switch (node.kind) {
    case 'logical':
      return node.operands
    case 'compare':
      return [node.left, node.right]
    case 'unary':
      return [node.operand]
    case 'test':
      return [node.argument]
    case 'get':
      return node.id
    case 'member':
      return node.object.kind === 'get' ? [node.object] : []
    case 'array':
    case 'literal':
    case 'variable':
      return []
  }
}

function decides(parent: RuleNode, child: RuleNode, worlds: readonly World[]): boolean {
  if (parent.kind !== 'logical') return parent.kind === 'unary'
  if (parent.operator === '&&') return !holds(child, worlds) || holds(parent, worlds)
  return holds(child, worlds) || !holds(parent, worlds)
}

function outcomeOf(node: RuleNode, worlds: readonly World[]): Outcome {
  const [first, ...others] = worlds.map((world) => outcomeIn(possibleValues(node, world)))
  if (first === undefined) return 'open'
  return others.every((other) => other.outcome === first.outcome && isSame(other.value, first.value))
    ? first.outcome
    : 'open'
}

/** Whether two values are the same to whoever reads about them. */
function isSame(a: Value, b: Value): boolean {
  return Object.is(a, b) || (typeof a === 'object' && typeof b === 'object' && show(a, 'en') === show(b, 'en'))
}

/** Something that is there, whatever is in it. */
const SOME = {}

function outcomeIn(values: Possibilities): { readonly outcome: Outcome; readonly value?: Value } {
  const [only, ...others] = values
  if (values.length > 0 && values.every(({ is }) => is === 'error')) return { outcome: 'error' }
  if (only?.is === 'object' && others.length === 0) return { outcome: 'value', value: SOME }
  if (only?.is !== 'known' || others.length > 0) return { outcome: 'open' }
  const { value } = only
  if (value === UNKNOWN) return { outcome: 'undecided' }
  if (isMissing(value)) return { outcome: 'missing' }
  return typeof value === 'boolean' ? { outcome: value ? 'true' : 'false' } : { outcome: 'value', value }
}

/** What the query would have to say for a comparison with a field to hold. */
function needed(node: RuleNode, source: string): Text | undefined {
  if (node.kind !== 'compare') return undefined
  const left = docPath(node.left)
  const path = left ?? docPath(node.right)
  if (path === undefined) return undefined
  const other = left === undefined ? node.left : node.right
  const condition = conditionOn(node, path, other, left !== undefined, source)
  return condition === undefined
    ? text(`the query would have to say more about ${path}`, `查询需要进一步限定 ${path}`)
    : text(`add ${condition} to the query`, `请在查询中加上 ${condition}`)
}

/** Operators of the SDK that say the same as a comparison with the field on its left. */
const COMMANDS: Readonly<Record<string, string>> = {
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
}

/** How the SDK writes the condition on a field that a comparison needs; undefined when it has no way to. */
export function conditionOn(
  { operator }: CompareNode,
  path: string,
  other: RuleNode,
  fieldFirst: boolean,
  source: string,
): string | undefined {
  // What to compare with must be known to whoever asks.
  if (readsDoc(other)) return undefined
  const name = /^[A-Za-z_$][\w$]*$/.test(path) ? path : JSON.stringify(path)
  const value = placeholder(path, other) ?? clip(source.slice(other.start, other.end), MAX_CLAUSE)
  if (operator === '==' || operator === '===') return `${name}: ${value}`
  if (operator === 'in') {
    if (!fieldFirst) return `${name}: ${value}`
    return other.kind === 'array' ? `${name}: _.in(${value})` : undefined
  }
  // A document without the field satisfies neq too, but not the rule.
  if ((operator === '!=' || operator === '!==') && value === 'null') return `${name}: _.neq(null)`
  if (operator === '!=' || operator === '!==') return `${name}: _.neq(${value}).and(_.neq(null))`
  const command = fieldFirst ? COMMANDS[operator] : undefined
  return command === undefined ? undefined : `${name}: _.${command}(${value})`
}

/** What stands for an id of the caller in a query; the one for openid stands for all ids, which only `_openid` equals. */
function placeholder(path: string, node: RuleNode): string | undefined {
  if (node.kind !== 'member' || node.object.kind !== 'variable' || node.object.name !== 'auth') return undefined
  if (node.property === 'openid' && path === '_openid') return "'{openid}'"
  return node.property === 'uid' ? "'{uid}'" : undefined
}
