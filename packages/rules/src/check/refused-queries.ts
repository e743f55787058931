import type { RuleAuth } from '../caller/rule-auth.ts'
import { type DatabaseOperation, type DocumentData, databaseFacts } from '../database/context.ts'
import { docPath } from '../database/proof/doc-paths.ts'
import { holds, whyUnproven } from '../database/proof/prove.ts'
import { queryWorlds } from '../database/proof/query-worlds.ts'
import { COMMANDS, sdkCondition } from '../database/proof/sdk-condition.ts'
import { type CompareNode, isNullLiteral, type RuleNode } from '../language/ast.ts'
import { isMissing, type Value } from '../language/values.ts'
import type { World } from '../possible/possible-value.ts'
import { possibleValues } from '../possible/possible-values.ts'
import { text } from '../text.ts'
import type { UnkeyedFinding } from './finding.ts'
import { reads } from './rule-search.ts'

/** Alternatives of a rule that are tried as queries. */
const MAX_ALTERNATIVES = 16

/** A typical user, whose ids occur in no rule. */
const SOMEBODY: RuleAuth = { uid: 'q3k9v7x2m5t8w4z6', customUserId: 'n6b4c8d2f9g7h3j5', loginType: 'CUSTOM' }

const FACTS = databaseFacts({ auth: SOMEBODY, data: {}, now: 0 })

interface RefusedQueriesOptions {
  /** Operations that the rule decides. */
  readonly operations: readonly DatabaseOperation[]
  readonly collection?: string
}

/** Queries that authors are likely to write but that the rule refuses, with a query to write instead. */
export function refusedQueries(
  root: RuleNode,
  source: string,
  options: RefusedQueriesOptions,
): readonly UnkeyedFinding[] {
  const operations = options.operations.filter((operation) => operation !== 'create')
  const docPart = docPartOf(root)
  // Whether the query of an update is allowed depends on the update, which one sentence cannot explain.
  if (operations.length === 0 || docPart === undefined || reads(docPart, 'request')) return []
  if (holds(root, queryWorlds(root, {}, FACTS))) return []
  const worlds = queryWorlds(docPart, {}, FACTS)
  if (holds(docPart, worlds)) return []
  const query = queriesFor(docPart, source, worlds).find(({ conditions }) =>
    holds(docPart, queryWorlds(docPart, { $and: conditions }, FACTS)),
  )
  const target = options.collection === undefined ? 'collection' : `db.collection('${options.collection}')`
  const call = operations.includes('read') ? 'get()' : operations.includes('update') ? 'update(...)' : 'remove()'
  const plain = operations.includes('read') ? `${target}.get()` : `${target}.where({ ... }).${call}`
  const advice =
    query === undefined
      ? whyUnproven(docPart, source, worlds)
      : text(
          `write ${target}.where({ ${query.shown} }).${call}, and add further conditions as needed`,
          `请写 ${target}.where({ ${query.shown} }).${call}，还可以加上其他条件`,
        )
  const message = text(
    `rules do not filter: a query that can match other documents, such as ${plain}, is refused; ${advice.en}. ` +
      'doc(id) is decided by the document itself',
    `规则只校验，不过滤：会查到其他文档的查询（例如 ${plain}）会被拒绝；${advice.zh}。doc(id) 按文档本身判断`,
  )
  return [{ severity: 'note', code: 'query-refused', message }]
}

/** The part of a rule that depends on the document; undefined when there is none. */
function docPartOf(node: RuleNode): RuleNode | undefined {
  if (node.kind !== 'logical') return reads(node, 'doc') ? node : undefined
  const operands = node.operands.map(docPartOf).filter((operand) => operand !== undefined)
  const [only] = operands
  return operands.length < 2 ? only : { ...node, operands }
}

/** The conditions of a query, for the proof and as code for the SDK. */
interface Query {
  readonly conditions: readonly DocumentData[]
  readonly shown: string
}

interface Condition {
  readonly path: string
  readonly tests: readonly DocumentData[]
  /** Code for the SDK, such as `_openid: '{openid}'`. */
  readonly shown: string
}

function queriesFor(root: RuleNode, source: string, worlds: readonly World[]): readonly Query[] {
  return alternatives(root, source, worlds).flatMap((conditions) => {
    const paths = new Set(conditions.map(({ path }) => path))
    // An object cannot have a key twice.
    if (paths.size < conditions.length) return []
    const tests = conditions.flatMap((condition) => condition.tests)
    return [{ conditions: tests, shown: conditions.map(({ shown }) => shown).join(', ') }]
  })
}

function alternatives(node: RuleNode, source: string, worlds: readonly World[]): readonly (readonly Condition[])[] {
  if (node.kind === 'compare') {
    const condition = conditionFor(node, source, worlds)
    return condition === undefined ? [] : [[condition]]
  }
  if (node.kind !== 'logical') return []
  const parts = node.operands.map((operand) => alternatives(operand, source, worlds))
  if (node.operator === '||') return parts.flat().slice(0, MAX_ALTERNATIVES)
  return parts.reduce<readonly (readonly Condition[])[]>(
    (before, part) => before.flatMap((some) => part.map((more) => [...some, ...more])).slice(0, MAX_ALTERNATIVES),
    [[]],
  )
}

function conditionFor(node: CompareNode, source: string, worlds: readonly World[]): Condition | undefined {
  const { operator } = node
  const left = docPath(node.left)
  const path = left ?? docPath(node.right)
  if (path === undefined) return undefined
  const other = left === undefined ? node.left : node.right
  const shown = sdkCondition(node, path, other, left !== undefined, source)
  // The clock of the client can differ from that of the server.
  if (shown === undefined || reads(other, 'now')) return undefined
  const test = (name: string, value: unknown): DocumentData => ({ [path]: { [name]: value } })
  if (operator === 'in' && left !== undefined) {
    const items = other.kind === 'array' ? other.items.map((item) => onlyValue(item, worlds)) : [undefined]
    return items.every((item) => item !== undefined) ? { path, tests: [test('$in', items)], shown } : undefined
  }
  const value = isNullLiteral(other) ? null : onlyValue(other, worlds)
  if (value === undefined) return undefined
  if (operator === '!=' || operator === '!==') return { path, tests: [test('$ne', value), test('$ne', null)], shown }
  return { path, tests: [test(`$${COMMANDS[operator] ?? 'eq'}`, value)], shown }
}

/** The value of a part that does not read the document; undefined when it is not known. */
function onlyValue(node: RuleNode, worlds: readonly World[]): Value {
  const [world] = worlds
  const [only, ...others] = world === undefined ? [] : possibleValues(node, world)
  return only?.is === 'known' && others.length === 0 && !isMissing(only.value) ? only.value : undefined
}
