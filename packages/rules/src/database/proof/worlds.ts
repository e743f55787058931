import { AUTH } from '../../caller/auth-variable.ts'
import { Identity, isCaller } from '../../caller/identity.ts'
import { authOf, type RuleAuth } from '../../caller/rule-auth.ts'
import type { RuleNode } from '../../language/ast.ts'
import { EvaluationError, type Value } from '../../language/values.ts'
import {
  ANY_STRING,
  ANYTHING,
  known,
  MISSING,
  OBJECT,
  type Possibilities,
  type Possible,
  type World,
  type WorldVariable,
} from '../../possible/possible.ts'
import { text } from '../../text.ts'
import { asValue, type DatabaseRuleContext, type DocumentData } from '../context.ts'
import { DATABASE_SCOPE } from '../scope.ts'
import { type Fact, type Facts, factsOf } from './facts.ts'
import { type DocPaths, docPaths } from './paths.ts'

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
export function queryWorlds(root: RuleNode, query: DocumentData, context: DatabaseRuleContext): readonly World[] {
  const paths = docPaths(root)
  const auth = authOf(context)
  return factsOf(query)
    .flatMap((facts) => split(facts, paths, auth))
    .map((facts) => worldOf(facts, paths, context))
}

/** One value for each path that the rule reads, as far as the number of cases allows. */
function split(facts: Facts, paths: DocPaths, auth: RuleAuth | null): readonly Facts[] {
  let cases: readonly Facts[] = [facts]
  for (const [path, { oneOf }] of facts) {
    if (oneOf === undefined || oneOf.length < 2 || !isRead(path, paths)) continue
    // The ids of one person are one value.
    if (path === '_openid' && oneOf.every((id) => typeof id === 'string' && isCaller(auth, id))) continue
    if (cases.length * oneOf.length > MAX_WORLDS) continue
    cases = cases.flatMap((one) => oneOf.map((value) => new Map(one).set(path, { ...one.get(path), oneOf: [value] })))
  }
  return cases
}

function isRead(path: string, { all }: DocPaths): boolean {
  return [...all].some((read) => read === path || read.startsWith(`${path}.`) || path.startsWith(`${read}.`))
}

function worldOf(facts: Facts, paths: DocPaths, context: DatabaseRuleContext): World {
  const auth = authOf(context)
  const fixed = (name: string): Value => DATABASE_SCOPE.variables.get(name)?.get(context)
  const variables = new Map<string, WorldVariable>([
    ['auth', { value: [auth === null ? known(null) : OBJECT], members: authMembers(context) }],
    ['doc', { value: [documentOf(facts, paths, auth)] }],
    ['request', { value: [OBJECT], members: new Map([['data', [known(asValue(context.data))]]]) }],
    ['now', { value: [known(fixed('now'))] }],
  ])
  return { variables, get: (collection, id) => [lookup(context, collection, id)] }
}

function authMembers(context: DatabaseRuleContext): ReadonlyMap<string, Possibilities> {
  return new Map([...(AUTH.members ?? [])].map(([name, member]) => [name, [known(member.get(context))]]))
}

function lookup(context: DatabaseRuleContext, collection: string, id: string | number | undefined): Possible {
  if (id === undefined) return { is: 'error', error: ID_NOT_FIXED }
  try {
    return known(DATABASE_SCOPE.lookup?.(context, collection, id))
  } catch (error) {
    if (error instanceof EvaluationError) return { is: 'error', error: error.text }
    throw error
  }
}

/** The facts by path as one object of which some members are known. */
function documentOf(facts: Facts, paths: DocPaths, auth: RuleAuth | null): Possible {
  const members = new Map<string, Possibilities>()
  const owner = facts.get('_openid')
  members.set('_openid', ownerOf(owner, auth))
  // Shorter paths first: what is known of a whole says more than what is known of its parts.
  for (const [path, fact] of [...facts].sort(([a], [b]) => a.length - b.length)) {
    if (path !== '_openid') place(members, path.split('.'), valuesOf(fact, paths.arrays.has(path)))
  }
  return { is: 'object', members }
}

function place(
  members: Map<string, Possibilities>,
  [name = '', ...rest]: readonly string[],
  values: Possibilities,
): void {
  const there = members.get(name)
  if (rest.length === 0) {
    if (there === undefined) members.set(name, values)
    return
  }
  const [only] = there ?? []
  if (there !== undefined && !(only?.is === 'object' && only.members !== undefined)) return
  const inner = new Map(only?.is === 'object' ? only.members : [])
  place(inner, rest, values)
  members.set(name, [{ is: 'object', members: inner }])
}

function ownerOf(fact: Fact | undefined, auth: RuleAuth | null): Possibilities {
  const { oneOf, present } = fact ?? {}
  if (oneOf === undefined) {
    const somebody: Possible = {
      is: 'id',
      mayEqual: (other) => other.is === 'id' || other.is === 'known' || other.is === 'string',
    }
    return present === true ? [somebody] : [somebody, MISSING]
  }
  const ids = oneOf.filter((id): id is string => typeof id === 'string' && id !== '')
  if (ids.length === oneOf.length && ids.every((id) => isCaller(auth, id))) return [known(new Identity(ids, auth))]
  return oneOf.map((id) => (typeof id === 'string' && id !== '' ? known(new Identity([id], auth)) : MISSING))
}

function valuesOf(fact: Fact, isArray: boolean): Possibilities {
  const { oneOf, number, string, isString, present, except = [], contains = [] } = fact
  if (isArray) {
    const [only] = oneOf ?? []
    if (Array.isArray(only) || (oneOf !== undefined && only === undefined)) return [known(only as Value)]
    const items = [...contains, ...(oneOf?.length === 1 ? oneOf : [])] as readonly Value[]
    return items.length > 0 || fact.isArray ? [{ is: 'array', contains: items }] : rest(present === true, except)
  }
  if (oneOf !== undefined) return oneOf.map((value) => known(value as Value))
  if (number !== undefined) return [{ is: 'number', interval: number, except: new Set(except as readonly Value[]) }]
  if (string !== undefined || isString) return [stringOf(except, string)]
  if (fact.isArray) return [{ is: 'array', contains: contains as readonly Value[] }]
  return rest(present === true, except)
}

/** Anything but what the query excludes. */
function rest(present: boolean, except: readonly unknown[]): Possibilities {
  return ANYTHING.flatMap((possible): Possibilities => {
    if (possible === MISSING && present) return []
    // A query that compares with a text or a number is about fields that have one.
    if ((possible.is === 'object' || possible.is === 'array') && except.length > 0) return []
    if (possible.is === 'known') return except.includes(possible.value) && possible !== MISSING ? [] : [possible]
    if (possible.is === 'string') return [stringOf(except)]
    return possible.is === 'number' ? [{ is: 'number', except: new Set(except as readonly Value[]) }] : [possible]
  })
}

function stringOf(except: readonly unknown[], interval: Fact['string'] = {}): Possible {
  const { low, high } = interval
  const inside = (value: string) =>
    (low === undefined || value > low.value || (value === low.value && !low.open)) &&
    (high === undefined || value < high.value || (value === high.value && !high.open))
  return {
    is: 'string',
    shape: { ...ANY_STRING, mayEqual: (value) => !except.includes(value) && inside(value), interval },
  }
}
