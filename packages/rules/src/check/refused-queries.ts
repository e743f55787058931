import type { RuleAuth } from '../caller/rule-auth.ts'
import type { DatabaseOperation, DocumentData } from '../database/context.ts'
import { databaseFacts } from '../database/facts.ts'
import { docPath } from '../database/proof/doc-paths.ts'
import { conditionOn, holds, whyUnproven } from '../database/proof/prove.ts'
import { queryWorlds } from '../database/proof/query-worlds.ts'
import type { CompareNode, RuleNode } from '../language/ast.ts'
import { isMissing, type Value } from '../language/values.ts'
import type { World } from '../possible/possible-value.ts'
import { possibleValues } from '../possible/possible-values.ts'
import { text } from '../text.ts'
import type { Found } from './finding.ts'
import { reads } from './rule-search.ts'

/** Alternatives of a rule that are tried as queries. */
const MAX_ALTERNATIVES = 16

/** A user like most: no rule names the ids. */
const SOMEBODY: RuleAuth = { uid: 'q3k9v7x2m5t8w4z6', customUserId: 'n6b4c8d2f9g7h3j5', loginType: 'CUSTOM' }

const GIVEN = databaseFacts({ auth: SOMEBODY, data: {}, now: 0 })

export interface QueryOptions {
  /** Those that the rule decides on. */
  readonly operations: readonly DatabaseOperation[]
  readonly collection?: string
}

/** Which queries a rule refuses although they are what people write first, and what to write instead. */
export function queryFindings(root: RuleNode, source: string, options: QueryOptions): readonly Found[] {
  const operations = options.operations.filter((operation) => operation !== 'create')
  const asked = aboutDocuments(root)
  // What an update must look like for its query to be in order is not said in a sentence.
  if (operations.length === 0 || asked === undefined || reads(asked, 'request')) return []
  if (holds(root, queryWorlds(root, {}, GIVEN))) return []
  const worlds = queryWorlds(asked, {}, GIVEN)
  if (holds(asked, worlds)) return []
  const query = queriesFor(asked, source, worlds).find(({ conditions }) =>
    holds(asked, queryWorlds(asked, { $and: conditions }, GIVEN)),
  )
  const target = options.collection === undefined ? 'collection' : `db.collection('${options.collection}')`
  const call = operations.includes('read') ? 'get()' : operations.includes('update') ? 'update(...)' : 'remove()'
  const plain = operations.includes('read') ? `${target}.get()` : `${target}.where({ ... }).${call}`
  const advice =
    query === undefined
      ? whyUnproven(asked, source, worlds)
      : text(
          `write ${target}.where({ ${query.shown} }).${call}, with more conditions as you like`,
          `请写 ${target}.where({ ${query.shown} }).${call}，还可以加上其他条件`,
        )
  const message = text(
    `rules refuse, they do not filter: a query that finds other documents, such as ${plain}, is refused; ${advice.en}. ` +
      'doc(id) is judged by the document itself',
    `规则只校验，不过滤：会查到其他文档的查询（例如 ${plain}）会被拒绝；${advice.zh}。doc(id) 按文档本身判断`,
  )
  return [{ severity: 'note', code: 'query-refused', message }]
}

/** The part of a rule that documents decide, the rest being in order; undefined when they decide nothing. */
function aboutDocuments(node: RuleNode): RuleNode | undefined {
  if (node.kind !== 'logical') return reads(node, 'doc') ? node : undefined
  const operands = node.operands.map(aboutDocuments).filter((operand) => operand !== undefined)
  const [only] = operands
  return operands.length < 2 ? only : { ...node, operands }
}

/** Conditions of a query, as they are proven and as people write them. */
interface Query {
  readonly conditions: readonly DocumentData[]
  readonly shown: string
}

interface Condition {
  readonly path: string
  readonly tests: readonly DocumentData[]
  /** As a text of the SDK: `_openid: '{openid}'`. */
  readonly shown: string
}

function queriesFor(root: RuleNode, source: string, worlds: readonly World[]): readonly Query[] {
  return alternatives(root, source, worlds).flatMap((conditions) => {
    const paths = new Set(conditions.map(({ path }) => path))
    // A key stands in an object once.
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

const OPERATORS: Readonly<Record<string, string>> = { '<': '$lt', '<=': '$lte', '>': '$gt', '>=': '$gte' }

function conditionFor(node: CompareNode, source: string, worlds: readonly World[]): Condition | undefined {
  const { operator } = node
  const left = docPath(node.left)
  const path = left ?? docPath(node.right)
  if (path === undefined) return undefined
  const other = left === undefined ? node.left : node.right
  const shown = conditionOn(node, path, other, left !== undefined, source)
  // What the client thinks the time is need not be what the server does.
  if (shown === undefined || reads(other, 'now')) return undefined
  const test = (name: string, value: unknown): DocumentData => ({ [path]: { [name]: value } })
  if (operator === 'in' && left !== undefined) {
    const items = other.kind === 'array' ? other.items.map((item) => onlyValue(item, worlds)) : [undefined]
    return items.every((item) => item !== undefined) ? { path, tests: [test('$in', items)], shown } : undefined
  }
  const isNull = other.kind === 'literal' && other.value === null
  const value = isNull ? null : onlyValue(other, worlds)
  if (value === undefined) return undefined
  if (operator === '!=' || operator === '!==') return { path, tests: [test('$ne', value), test('$ne', null)], shown }
  return { path, tests: [test(OPERATORS[operator] ?? '$eq', value)], shown }
}

/** The one value that a part which reads no document has. */
function onlyValue(node: RuleNode, worlds: readonly World[]): Value {
  const [world] = worlds
  const [only, ...others] = world === undefined ? [] : possibleValues(node, world)
  return only?.is === 'known' && others.length === 0 && !isMissing(only.value) ? only.value : undefined
}
