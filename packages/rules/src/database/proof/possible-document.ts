import { type Caller, isCaller } from '../../caller/caller.ts'
import { Identity } from '../../caller/identity.ts'
import type { Value } from '../../language/values.ts'
import { ANY_STRING, ANYTHING, known, MISSING, type Possibilities, type Possible } from '../../possible/possible-value.ts'
import { type Fact, type Facts, isInside, isScalar, summary } from './query-constraints.ts'
import type { DocPaths, Taken } from './doc-paths.ts'

/**
 * Values of one path that are followed one by one; of more it is known what they have in common. Two fields that are
 * compared are 64 pairs at most.
 */
const MAX_FOLLOWED = 8

/**
 * What facts by path say of a document, as one object of which some members are known. That documents hold arrays and
 * objects where the rule takes them for such, and nowhere else, is taken for granted: a rule denies each document for
 * which that is not so.
 */
export function documentOf(facts: Facts, paths: DocPaths, caller: Caller | null): Possible {
  const document: Branch = { path: '', below: new Map() }
  for (const path of paths.read) branchOf(document, path)
  for (const [path, fact] of facts) branchOf(document, path).fact = fact
  const members = membersOf(document, paths)
  members.set('_openid', ownerOf(facts.get('_openid'), caller))
  return { is: 'object', members }
}

/** A place in a document. */
interface Branch {
  readonly path: string
  readonly below: Map<string, Branch>
  fact?: Fact
}

function branchOf(document: Branch, path: string): Branch {
  let branch = document
  for (const name of path.split('.')) {
    const there = branch.below.get(name)
    const next = there ?? { path: branch === document ? name : `${branch.path}.${name}`, below: new Map() }
    if (there === undefined) branch.below.set(name, next)
    branch = next
  }
  return branch
}

function membersOf({ below }: Branch, paths: DocPaths): Map<string, Possibilities> {
  return new Map([...below].map(([name, branch]) => [name, valuesAt(branch, paths)]))
}

function valuesAt(branch: Branch, paths: DocPaths): Possibilities {
  const taken = paths.taken(branch.path)
  const values = valuesOf(branch.fact ?? {}, taken)
  // What is known of a whole says more than what is known of its parts.
  if (branch.below.size === 0 || taken === 'array' || values.every(({ is }) => is === 'known')) return values
  const members = membersOf(branch, paths)
  const whole: Possible = { is: 'object', members }
  // Only what is there has something around it.
  const isThere = [...members.values()].some((member) => member.every((value) => value !== MISSING))
  return isThere ? [whole] : values.map((value) => (value.is === 'object' ? whole : value))
}

/** An `_openid` that is there is an id: the server writes it. */
function ownerOf({ oneOf = [], present }: Fact = {}, caller: Caller | null): Possibilities {
  if (oneOf.length === 0 || oneOf.length > MAX_FOLLOWED) {
    const somebody: Possible = { is: 'id', mayEqual: () => true }
    return present === true ? [somebody] : [somebody, MISSING]
  }
  const ids = oneOf.filter((id): id is string => typeof id === 'string' && id !== '')
  if (ids.length === oneOf.length && ids.every((id) => isCaller(caller, id))) return [known(new Identity(ids, caller))]
  return oneOf.map((id) => (typeof id === 'string' && id !== '' ? known(new Identity([id], caller)) : MISSING))
}

function valuesOf(fact: Fact, taken: Taken): Possibilities {
  const { oneOf = [] } = fact
  if (taken === 'array') return arraysOf(fact)
  // Of no values at all several are listed, each by itself: items of an array.
  if (oneOf.length === 0) return unlisted(fact, taken)
  const values =
    oneOf.length <= MAX_FOLLOWED
      ? oneOf.map((value) => (value === undefined ? MISSING : known(value as Value)))
      : unlisted({ ...fact, ...summary(oneOf) }, taken)
  if (taken !== 'any' || fact.absent === true || oneOf.every(Array.isArray)) return values
  return [...values, { is: 'array' }]
}

/** The value at the right of `in`. */
function arraysOf({ oneOf, contains = [], absent, isArray, present }: Fact): Possibilities {
  if (absent) return [MISSING]
  const single = oneOf?.length === 1 ? oneOf : []
  if (single.some(Array.isArray)) return single.map((value) => known(value as Value))
  const items = [...contains, ...single.filter((value) => isScalar(value) && value !== undefined)] as readonly Value[]
  const array: Possible = { is: 'array', contains: items }
  return items.length > 0 || isArray || present ? [array] : [array, MISSING]
}

/** What is known of a value that is not listed. */
function unlisted({ number, string, isString, isArray, present, except }: Fact, taken: Taken): Possibilities {
  if (number !== undefined) return [numberOf(except, number)]
  if (string !== undefined || isString) return [stringOf(except, string)]
  if (isArray) return [{ is: 'array' }]
  return ANYTHING.flatMap((possible): Possibilities => {
    if (possible === MISSING) return present ? [] : [possible]
    if (possible.is === 'known') return except?.has(possible.value) ? [] : [possible]
    if (possible.is === 'string') return [stringOf(except)]
    if (possible.is === 'number') return [numberOf(except)]
    if (taken === 'scalar') return []
    return possible.is === 'array' && taken === 'object' ? [] : [possible]
  })
}

function numberOf(except: Fact['except'], interval: Fact['number'] = {}): Possible {
  return { is: 'number', interval, ...(except && { except: except as ReadonlySet<Value> }) }
}

function stringOf(except: Fact['except'], interval: Fact['string'] = {}): Possible {
  const mayEqual = (value: string) => except?.has(value) !== true && isInside(value, interval)
  return { is: 'string', shape: { ...ANY_STRING, mayEqual, interval } }
}
