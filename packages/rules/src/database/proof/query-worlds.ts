import { AUTH } from '../../caller/auth-variable.ts'
import { type Caller, isCaller } from '../../caller/caller.ts'
import type { RuleNode } from '../../language/ast.ts'
import {
  known,
  OBJECT,
  type PossibleValue,
  type PossibleValues,
  type World,
  type WorldVariable,
} from '../../possible/possible-value.ts'
import { attempt, possibleValues } from '../../possible/possible-values.ts'
import { text } from '../../text.ts'
import { asValue, type DatabaseFacts, type DocumentData } from '../context.ts'
import { DATABASE_SCOPE } from '../scope.ts'
import { type DocPaths, docPaths, type NameOf } from './doc-paths.ts'
import { possibleDocument } from './possible-document.ts'
import { type Constraints, constraintsOf } from './query-constraints.ts'

/** Cases that one query is split into. In each case, every path that the query lists values of has one value. */
const MAX_WORLDS = 64

const ID_NOT_FIXED = text(
  'the query does not determine which document get( ) reads; add an equality condition on the field in its id',
  '查询没有确定 get( ) 要读取的文档：请在查询中用等值条件限定该字段',
)

/**
 * The worlds of the documents that a query can match. Everything except the document is known. Empty when the query matches
 * no document.
 */
export function queryWorlds(root: RuleNode, query: DocumentData, facts: DatabaseFacts): readonly World[] {
  const { caller } = facts
  const variables = fixedVariables(facts)
  const paths = docPaths(root, computedNames(variables))
  const alternatives = constraintsOf(query, paths)
  const each = Math.floor(MAX_WORLDS / Math.max(1, alternatives.length))
  return alternatives
    .flatMap((constraints) => split(constraints, paths, caller, each))
    .map((constraints) => ({
      variables: new Map([...variables, ['doc', { value: [possibleDocument(constraints, paths, caller)] }]]),
      get: (collection, id) => [lookup(facts, collection, id)],
      cache: new Map(),
    }))
}

/** Splits constraints so that each path has one value, as far as the limit allows. */
function split(
  constraints: Constraints,
  paths: DocPaths,
  caller: Caller | null,
  limit: number,
): readonly Constraints[] {
  let cases: readonly Constraints[] = [constraints]
  for (const [path, { oneOf = [] }] of constraints) {
    if (oneOf.length < 2 || cases.length * oneOf.length > limit) continue
    // The ids of one person count as one value, unless a `get( )` uses the id itself.
    const isOne = path === '_openid' && oneOf.every((id) => typeof id === 'string' && isCaller(caller, id))
    if (isOne && !paths.namesDocument(path)) continue
    cases = cases.flatMap((one) => oneOf.map((value) => new Map(one).set(path, { ...one.get(path), oneOf: [value] })))
  }
  return cases
}

/** The variables that do not depend on the document. */
function fixedVariables(facts: DatabaseFacts): ReadonlyMap<string, WorldVariable> {
  return new Map<string, WorldVariable>([
    ['auth', { value: [facts.caller === null ? known(null) : OBJECT], members: authMembers(facts) }],
    ['request', { value: [OBJECT], members: new Map([['data', [known(asValue(facts.data))]]]) }],
    ['now', { value: [known(facts.now)] }],
  ])
}

function authMembers(facts: DatabaseFacts): ReadonlyMap<string, PossibleValues> {
  return new Map([...(AUTH.members ?? [])].map(([name, member]) => [name, [known(member.get(facts))]]))
}

/** Resolves computed names, as in `doc.roles[auth.uid]`. */
function computedNames(variables: ReadonlyMap<string, WorldVariable>): NameOf {
  const world: World = { variables: new Map([...variables, ['doc', { value: [OBJECT] }]]), cache: new Map() }
  return (property) => {
    const [only, ...others] = possibleValues(property, world)
    if (only?.is !== 'known' || others.length > 0) return undefined
    return typeof only.value === 'string' || typeof only.value === 'number' ? String(only.value) : undefined
  }
}

function lookup(facts: DatabaseFacts, collection: string, id: string | number | undefined): PossibleValue {
  if (id === undefined) return { is: 'error', error: ID_NOT_FIXED }
  return attempt(() => DATABASE_SCOPE.lookup?.(facts, collection, id))
}
