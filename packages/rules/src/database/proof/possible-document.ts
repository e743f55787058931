import { type Caller, isCaller } from '../../caller/caller.ts'
import { Identity } from '../../caller/identity.ts'
import type { Value } from '../../language/values.ts'
import {
  ANY_STRING,
  ANYTHING,
  known,
  MISSING,
  type PossibleValue,
  type PossibleValues,
} from '../../possible/possible-value.ts'
import type { DocPaths, PathUse } from './doc-paths.ts'
import { type Constraint, type Constraints, isInside, isScalar, summarize } from './query-constraints.ts'

/**
 * Values of one path that are followed one by one. Of more values, only what they have in common is known. Comparing two
 * fields takes at most 64 pairs.
 */
const MAX_FOLLOWED = 8

/**
 * The document that constraints describe: an object of which some members are known. Assumes that a document has arrays and
 * objects exactly where the rule uses them as such; the rule denies any other document.
 */
export function possibleDocument(constraints: Constraints, paths: DocPaths, caller: Caller | null): PossibleValue {
  const document: Branch = { path: '', below: new Map() }
  for (const path of paths.read) branchOf(document, path)
  for (const [path, constraint] of constraints) branchOf(document, path).constraint = constraint
  const members = membersOf(document, paths)
  members.set('_openid', ownerOf(constraints.get('_openid'), caller))
  return { is: 'object', members }
}

/** A path in the document, with the paths below it. */
interface Branch {
  readonly path: string
  readonly below: Map<string, Branch>
  constraint?: Constraint
}

function branchOf(document: Branch, path: string): Branch {
  let branch = document
  for (const name of path.split('.')) {
    const found = branch.below.get(name)
    const next = found ?? { path: branch === document ? name : `${branch.path}.${name}`, below: new Map() }
    if (found === undefined) branch.below.set(name, next)
    branch = next
  }
  return branch
}

function membersOf({ below }: Branch, paths: DocPaths): Map<string, PossibleValues> {
  return new Map([...below].map(([name, branch]) => [name, valuesAt(branch, paths)]))
}

function valuesAt(branch: Branch, paths: DocPaths): PossibleValues {
  const use = paths.use(branch.path)
  const values = valuesOf(branch.constraint ?? {}, use)
  // Known values of a whole are more precise than those of its parts.
  if (branch.below.size === 0 || use === 'array' || values.every(({ is }) => is === 'known')) return values
  const members = membersOf(branch, paths)
  const whole: PossibleValue = { is: 'object', members }
  // The parent of a member that is present is present too.
  const isPresent = [...members.values()].some((member) => member.every((value) => value !== MISSING))
  return isPresent ? [whole] : values.map((value) => (value.is === 'object' ? whole : value))
}

/** An `_openid` that is present is an id, because the server writes it. */
function ownerOf({ oneOf = [], present }: Constraint = {}, caller: Caller | null): PossibleValues {
  if (oneOf.length === 0 || oneOf.length > MAX_FOLLOWED) {
    const anyId: PossibleValue = { is: 'id', mayEqual: () => true }
    return present === true ? [anyId] : [anyId, MISSING]
  }
  const ids = oneOf.filter((id): id is string => typeof id === 'string' && id !== '')
  if (ids.length === oneOf.length && ids.every((id) => isCaller(caller, id))) return [known(new Identity(ids, caller))]
  return oneOf.map((id) => (typeof id === 'string' && id !== '' ? known(new Identity([id], caller)) : MISSING))
}

function valuesOf(constraint: Constraint, use: PathUse): PossibleValues {
  const { oneOf = [] } = constraint
  if (use === 'array') return arraysOf(constraint)
  // The list is empty when conditions contradict each other: different items of an array may satisfy them.
  if (oneOf.length === 0) return unlisted(constraint, use)
  const values =
    oneOf.length <= MAX_FOLLOWED
      ? oneOf.map((value) => (value === undefined ? MISSING : known(value as Value)))
      : unlisted({ ...constraint, ...summarize(oneOf) }, use)
  if (use !== 'any' || constraint.absent === true || oneOf.every(Array.isArray)) return values
  return [...values, { is: 'array' }]
}

/** The possible values on the right of `in`. */
function arraysOf({ oneOf, contains = [], absent, isArray, present }: Constraint): PossibleValues {
  if (absent) return [MISSING]
  const single = oneOf?.length === 1 ? oneOf : []
  if (single.some(Array.isArray)) return single.map((value) => known(value as Value))
  const items = [...contains, ...single.filter((value) => isScalar(value) && value !== undefined)] as readonly Value[]
  const array: PossibleValue = { is: 'array', contains: items }
  return items.length > 0 || isArray || present ? [array] : [array, MISSING]
}

/** The possible values when the constraint does not list them. */
function unlisted({ number, string, isString, isArray, present, except }: Constraint, use: PathUse): PossibleValues {
  if (number !== undefined) return [numberOf(except, number)]
  if (string !== undefined || isString) return [stringOf(except, string)]
  if (isArray) return [{ is: 'array' }]
  return ANYTHING.flatMap((possible): PossibleValues => {
    if (possible === MISSING) return present ? [] : [possible]
    if (possible.is === 'known') return except?.has(possible.value) ? [] : [possible]
    if (possible.is === 'string') return [stringOf(except)]
    if (possible.is === 'number') return [numberOf(except)]
    if (use === 'scalar') return []
    return possible.is === 'array' && use === 'object' ? [] : [possible]
  })
}

function numberOf(except: Constraint['except'], interval: Constraint['number'] = {}): PossibleValue {
  return { is: 'number', interval, ...(except && { except: except as ReadonlySet<Value> }) }
}

function stringOf(except: Constraint['except'], interval: Constraint['string'] = {}): PossibleValue {
  const mayEqual = (value: string) => except?.has(value) !== true && isInside(value, interval)
  return { is: 'string', shape: { ...ANY_STRING, mayEqual, interval } }
}
