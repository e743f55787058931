import { childrenOf, type RuleNode } from '../../language/ast.ts'
import type { ExplainedNode, Outcome } from '../../language/explain-tree.ts'
import { clip, show } from '../../language/show.ts'
import { isMissing, UNKNOWN, type Value } from '../../language/values.ts'
import type { PossibleValues, World } from '../../possible/possible-value.ts'
import { mayHold, mustHold, possibleValues } from '../../possible/possible-values.ts'
import { type Text, text } from '../../text.ts'
import { docPath, readsDoc } from './doc-paths.ts'
import { sdkCondition } from './sdk-condition.ts'

/** Characters of one clause in a message. */
const MAX_CLAUSE = 160

/** Worlds that an explanation uses: one in which the rule does not hold, and others to compare it with. */
const MAX_EXPLAINED = 8

/** Whether a rule holds in every world. */
export function holds(root: RuleNode, worlds: readonly World[]): boolean {
  return worlds.every((world) => mustHold(root, world))
}

/** Why a rule is not proven: the first clause that may fail, and what the query must add. */
export function whyUnproven(root: RuleNode, source: string, all: readonly World[]): Text {
  const worlds = sample(root, all)
  const culprit = firstOpen(root, worlds)
  const clause = clip(source.slice(culprit.start, culprit.end), MAX_CLAUSE)
  const error = worlds.flatMap((world) => possibleValues(culprit, world)).find((value) => value.is === 'error')
  if (!readsDoc(culprit) && outcomeOf(culprit, worlds) !== 'open') {
    return error?.is === 'error'
      ? text(`${clause} cannot be evaluated: ${error.error.en}`, `${clause} 无法求值：${error.error.zh}`)
      : text(`${clause} is not true`, `${clause} 不成立`)
  }
  const advice = needed(culprit, source)
  const because =
    outcomeOf(culprit, worlds) === 'open'
      ? text('the query can match documents for which it is not true', '查询会找到不一定满足它的文档')
      : text('it is not true', '它不成立')
  // A clause that may hold is not explained by an error that only some of its values cause.
  const fails = error?.is === 'error' && !worlds.some((world) => mayHold(culprit, world))
  const why = unavailable(culprit, worlds) ?? (fails ? error.error : because)
  return text(
    `the query does not imply ${clause}: ${why.en}${advice === undefined ? '' : `; ${advice.en}`}`,
    `查询不能保证 ${clause}：${why.zh}${advice === undefined ? '' : `；${advice.zh}`}`,
  )
}

/** Why a document that `get( )` names is not available. */
function unavailable(node: RuleNode, worlds: readonly World[]): Text | undefined {
  for (const child of childrenOf(node)) {
    const inner = unavailable(child, worlds)
    if (inner !== undefined) return inner
  }
  if (node.kind !== 'get') return undefined
  const error = worlds.flatMap((world) => possibleValues(node, world)).find((value) => value.is === 'error')
  return error?.is === 'error' ? error.error : undefined
}

/** The rule as a tree with what the query implies for each part. */
export function proofTree(root: RuleNode, source: string, all: readonly World[]): ExplainedNode {
  return explained(root, source, sample(root, all), true)
}

/** Worlds far apart in the list differ in more than one field. */
function sample(root: RuleNode, worlds: readonly World[]): readonly World[] {
  if (worlds.length <= MAX_EXPLAINED) return worlds
  const step = Math.floor(worlds.length / MAX_EXPLAINED) + 1
  const failing = worlds.find((world) => !mustHold(root, world))
  return worlds.filter((world, index) => world === failing || index % step === 0)
}

function firstOpen(node: RuleNode, worlds: readonly World[]): RuleNode {
  if (node.kind !== 'logical') return node
  const failing = node.operands.filter((operand) => !holds(operand, worlds))
  // Of several alternatives, the one that may hold is the closest.
  const [first] = node.operator === '&&' ? failing : failing.filter((operand) => outcomeOf(operand, worlds) === 'open')
  return first === undefined ? node : firstOpen(first, worlds)
}

function explained(node: RuleNode, source: string, worlds: readonly World[], decided: boolean): ExplainedNode {
  const outcome = outcomeOf(node, worlds)
  const [values = []] = worlds.map((world) => possibleValues(node, world))
  const [value] = values
  const shown = value?.is === 'known' ? value.value : SOME_OBJECT
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
    children: shownChildren(node).map((child) =>
      explained(child, source, worlds, decided && decides(node, child, worlds)),
    ),
  }
}

/** The parts that the tree shows below a node. */
function shownChildren(node: RuleNode): readonly RuleNode[] {
  if (node.kind === 'array') return []
  if (node.kind === 'member') return node.object.kind === 'get' ? [node.object] : []
  return childrenOf(node)
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

/** Whether two values look the same in an explanation. */
function isSame(a: Value, b: Value): boolean {
  return Object.is(a, b) || (typeof a === 'object' && typeof b === 'object' && show(a, 'en') === show(b, 'en'))
}

/** An object whose members are not known. */
const SOME_OBJECT = {}

function outcomeIn(values: PossibleValues): { readonly outcome: Outcome; readonly value?: Value } {
  const [only, ...others] = values
  if (values.length > 0 && values.every(({ is }) => is === 'error')) return { outcome: 'error' }
  if (only?.is === 'object' && others.length === 0) return { outcome: 'value', value: SOME_OBJECT }
  if (only?.is !== 'known' || others.length > 0) return { outcome: 'open' }
  const { value } = only
  if (value === UNKNOWN) return { outcome: 'undecided' }
  if (isMissing(value)) return { outcome: 'missing' }
  return typeof value === 'boolean' ? { outcome: value ? 'true' : 'false' } : { outcome: 'value', value }
}

/** What the query must add for a comparison with a field to hold. */
function needed(node: RuleNode, source: string): Text | undefined {
  if (node.kind !== 'compare') return undefined
  const left = docPath(node.left)
  const path = left ?? docPath(node.right)
  if (path === undefined) return undefined
  const other = left === undefined ? node.left : node.right
  const condition = sdkCondition(node, path, other, left !== undefined, source)
  return condition === undefined
    ? text(`the query must restrict ${path} further`, `查询需要进一步限定 ${path}`)
    : text(`add ${condition} to the query`, `请在查询中加上 ${condition}`)
}
