import { AUTH } from '../../caller/auth-variable.ts'
import { type Caller, isCaller } from '../../caller/caller.ts'
import type { RuleNode } from '../../language/ast.ts'
import { EvaluationError } from '../../language/values.ts'
import {
  known,
  OBJECT,
  type Possibilities,
  type Possible,
  type World,
  type WorldVariable,
} from '../../possible/possible-value.ts'
import { possibleValues } from '../../possible/possible-values.ts'
import { text } from '../../text.ts'
import { asValue, type DocumentData } from '../context.ts'
import type { DatabaseFacts } from '../facts.ts'
import { DATABASE_SCOPE } from '../scope.ts'
import { documentOf } from './possible-document.ts'
import { type Facts, factsOf } from './query-constraints.ts'
import { type DocPaths, docPaths, type NameOf } from './doc-paths.ts'

/** Cases that one query is split into: each has one value for each path that the rule reads and the query lists values of. */
const MAX_WORLDS = 64

const ID_NOT_FIXED = text(
  'the query does not fix which document get( ) reads: compare the field in it with ==',
  '查询没有确定 get( ) 要读取的文档：请在查询中用等值条件限定该字段',
)

/**
 * The worlds that the documents of a query can be in, everything but the documents being known. None when the query finds
 * nothing.
 */
export function queryWorlds(root: RuleNode, query: DocumentData, given: DatabaseFacts): readonly World[] {
  const { caller } = given
  const variables = fixedVariables(given)
  const paths = docPaths(root, computedNames(variables))
  const alternatives = factsOf(query, paths)
  const each = Math.floor(MAX_WORLDS / Math.max(1, alternatives.length))
  return alternatives
    .flatMap((facts) => split(facts, paths, caller, each))
    .map((facts) => ({
      variables: new Map([...variables, ['doc', { value: [documentOf(facts, paths, caller)] }]]),
      get: (collection, id) => [lookup(given, collection, id)],
      seen: new Map(),
    }))
}

/** One value for each path, as far as the number of cases allows. */
function split(facts: Facts, paths: DocPaths, caller: Caller | null, limit: number): readonly Facts[] {
  let cases: readonly Facts[] = [facts]
  for (const [path, { oneOf = [] }] of facts) {
    if (oneOf.length < 2 || cases.length * oneOf.length > limit) continue
    // The ids of one person are one value, unless the id itself is asked for.
    const isOne = path === '_openid' && oneOf.every((id) => typeof id === 'string' && isCaller(caller, id))
    if (isOne && !paths.namesDocument(path)) continue
    cases = cases.flatMap((one) => oneOf.map((value) => new Map(one).set(path, { ...one.get(path), oneOf: [value] })))
  }
  return cases
}

/** The variables that are the same for every document. */
function fixedVariables(given: DatabaseFacts): ReadonlyMap<string, WorldVariable> {
  return new Map<string, WorldVariable>([
    ['auth', { value: [given.caller === null ? known(null) : OBJECT], members: authMembers(given) }],
    ['request', { value: [OBJECT], members: new Map([['data', [known(asValue(given.data))]]]) }],
    ['now', { value: [known(given.now)] }],
  ])
}

function authMembers(given: DatabaseFacts): ReadonlyMap<string, Possibilities> {
  return new Map([...(AUTH.members ?? [])].map(([name, member]) => [name, [known(member.get(given))]]))
}

/** Names such as `doc.roles[auth.uid]` has them. */
function computedNames(variables: ReadonlyMap<string, WorldVariable>): NameOf {
  const world: World = { variables: new Map([...variables, ['doc', { value: [OBJECT] }]]), seen: new Map() }
  return (property) => {
    const [only, ...others] = possibleValues(property, world)
    if (only?.is !== 'known' || others.length > 0) return undefined
    return typeof only.value === 'string' || typeof only.value === 'number' ? String(only.value) : undefined
  }
}

function lookup(given: DatabaseFacts, collection: string, id: string | number | undefined): Possible {
  if (id === undefined) return { is: 'error', error: ID_NOT_FIXED }
  try {
    return known(DATABASE_SCOPE.lookup?.(given, collection, id))
  } catch (error) {
    if (error instanceof EvaluationError) return { is: 'error', error: error.text }
    throw error
  }
}
