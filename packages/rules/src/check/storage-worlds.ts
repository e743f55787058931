import type { TestNode } from '../language/ast.ts'
import {
  MISSING,
  NUMBER,
  OBJECT,
  type PossibleValues,
  type StringShape,
  type World,
  type WorldVariable,
} from '../possible/possible-value.ts'
import { claimOf } from '../storage/context.ts'
import type { ResourceOpenid } from '../storage/scope.ts'
import { prefixes } from './prefixes.ts'
import { authVariable, LOGINS, type Login, ownerFor, type WorldCaller } from './world-callers.ts'

/** Whether the path lies in `users/{id}/`. `untestable` is such a path that no test of the path matches. */
type Place = 'claimed' | 'unclaimed' | 'untestable'

export interface StorageWorldOptions extends WorldCaller {
  readonly place: Place
  /** Whether the file has an owner, that is, whether `resource.openid` is present. */
  readonly owned: boolean
  /** Whether the size is known. It is not known when an upload is announced. */
  readonly sized: 'yes' | 'no' | 'either'
}

const CLAIM_PREFIX = 'users/'

const BOTH = [true, false]

const CLAIMED_PATH: StringShape = {
  mayEqual: (literal) => claimOf(literal) !== undefined,
  mayEqualShape: () => true,
  matches: (test) =>
    testedPrefixes(test).some(([prefix, ignoresCase]) => {
      const claim = ignoresCase ? CLAIM_PREFIX.toUpperCase() : CLAIM_PREFIX
      return prefix.startsWith(claim) || claim.startsWith(prefix)
    })
      ? BOTH
      : [false],
}

const UNCLAIMED_PATH: StringShape = {
  mayEqual: (literal) => claimOf(literal) === undefined,
  mayEqualShape: () => true,
  matches: (test) =>
    testedPrefixes(test).some(([prefix, ignoresCase]) => ignoresCase || claimOf(prefix) === undefined) ? BOTH : [false],
}

const UNTESTABLE_PATH: StringShape = { mayEqual: () => false, mayEqualShape: () => false, matches: () => [false] }

const PATHS: Readonly<Record<Place, StringShape>> = {
  claimed: CLAIMED_PATH,
  unclaimed: UNCLAIMED_PATH,
  untestable: UNTESTABLE_PATH,
}

/** The prefixes of the strings that a pattern matches; in upper case when the pattern ignores case. */
function testedPrefixes({ pattern, flags }: TestNode): readonly (readonly [prefix: string, ignoresCase: boolean])[] {
  return prefixes(pattern).map((prefix) => (flags === 'i' ? [prefix.toUpperCase(), true] : [prefix, false]))
}

/** The variables of storage rules in a world. */
export function storageWorld(options: StorageWorldOptions): World {
  const { relation, place, owned, sized } = options
  const size = { yes: [NUMBER], no: [MISSING], either: [NUMBER, MISSING] }[sized]
  const variables = new Map<string, WorldVariable>([
    ['auth', authVariable(options)],
    [
      'resource',
      {
        value: [OBJECT],
        members: new Map<string, PossibleValues>([
          ['openid', [owned ? ownerFor(relation) : MISSING]],
          ['path', [{ is: 'string', shape: PATHS[place] }]],
          ['size', size],
          ['metadata', [OBJECT, MISSING]],
        ]),
      },
    ],
    ['now', { value: [NUMBER] }],
  ])
  return { variables }
}

/** Every combination of a login and a file. */
export function allWorlds(mode: ResourceOpenid, options: Partial<StorageWorldOptions> = {}): readonly World[] {
  return LOGINS.flatMap((login) =>
    files(mode).map((file) => storageWorld({ login, relation: 'anybody', sized: 'either', ...file, ...options })),
  )
}

/** Worlds with files of other users. A new file is never among them: its owner is the caller. */
export function strangersWorlds(
  mode: ResourceOpenid,
  login: Login,
  options: Partial<StorageWorldOptions> = {},
): readonly World[] {
  return files(mode).map((file) => storageWorld({ login, relation: 'stranger', sized: 'either', ...file, ...options }))
}

type File = Pick<StorageWorldOptions, 'place' | 'owned'>

/** With `"path"` the owner is the claim. With `"creator"` every file may or may not have an owner. */
function files(mode: ResourceOpenid): readonly File[] {
  const both: readonly Place[] = ['claimed', 'unclaimed']
  if (mode === 'path') return both.map((place) => ({ place, owned: place === 'claimed' }))
  return both.flatMap((place) => [true, false].map((owned) => ({ place, owned })))
}
