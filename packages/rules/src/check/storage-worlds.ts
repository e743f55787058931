import type { TestNode } from '../language/ast.ts'
import {
  MISSING,
  NUMBER,
  OBJECT,
  type Possibilities,
  type StringShape,
  type World,
  type WorldVariable,
} from '../possible/possible-value.ts'
import type { ResourceOpenid } from '../storage/scope.ts'
import { type Asker, authVariable, LOGINS, type Login, ownerFor } from './world-callers.ts'
import { prefixes } from './prefixes.ts'

/** Whether the path lies in `users/{id}/`; `untestable` is a path there that no test of the path recognises. */
export type Place = 'claimed' | 'unclaimed' | 'untestable'

export interface StorageWorld extends Asker {
  readonly place: Place
  /** Whether the file has an owner, as `resource.openid` says it. */
  readonly owned: boolean
  /** Whether the size is known; it is not when an upload is announced. */
  readonly sized: 'yes' | 'no' | 'either'
}

const CLAIM = /^users\/[^/]+\//
const CLAIM_BEGINS = 'users/'

const BOTH = [true, false]

const CLAIMED_PATH: StringShape = {
  mayEqual: (literal) => CLAIM.test(literal),
  mayEqualShape: () => true,
  matches: (test) =>
    beginnings(test).some(([prefix, fold]) => {
      const begins = fold ? CLAIM_BEGINS.toUpperCase() : CLAIM_BEGINS
      return prefix.startsWith(begins) || begins.startsWith(prefix)
    })
      ? BOTH
      : [false],
}

const UNCLAIMED_PATH: StringShape = {
  mayEqual: (literal) => !CLAIM.test(literal),
  mayEqualShape: () => true,
  matches: (test) => (beginnings(test).some(([prefix, fold]) => fold || !CLAIM.test(prefix)) ? BOTH : [false]),
}

const UNTESTABLE_PATH: StringShape = { mayEqual: () => false, mayEqualShape: () => false, matches: () => [false] }

const PATHS: Readonly<Record<Place, StringShape>> = {
  claimed: CLAIMED_PATH,
  unclaimed: UNCLAIMED_PATH,
  untestable: UNTESTABLE_PATH,
}

/** In upper case when the pattern ignores case. */
function beginnings({ pattern, flags }: TestNode): readonly (readonly [string, boolean])[] {
  return prefixes(pattern).map((prefix) => (flags === 'i' ? [prefix.toUpperCase(), true] : [prefix, false]))
}

/** The variables of storage rules in a world. */
export function storageWorld(options: StorageWorld): World {
  const { caller, place, owned, sized } = options
  const size = { yes: [NUMBER], no: [MISSING], either: [NUMBER, MISSING] }[sized]
  const variables = new Map<string, WorldVariable>([
    ['auth', authVariable(options)],
    [
      'resource',
      {
        value: [OBJECT],
        members: new Map<string, Possibilities>([
          ['openid', [owned ? ownerFor(caller) : MISSING]],
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

/** Every combination of login and file that a rule can meet. */
export function allWorlds(mode: ResourceOpenid, more: Partial<StorageWorld> = {}): readonly World[] {
  return LOGINS.flatMap((login) =>
    files(mode).map((file) => storageWorld({ login, caller: 'anybody', sized: 'either', ...file, ...more })),
  )
}

/** What is asked about files that are not the caller's. A new file has no owner but the caller, so it is not among them. */
export function strangersWorlds(
  mode: ResourceOpenid,
  login: Login,
  more: Partial<StorageWorld> = {},
): readonly World[] {
  return files(mode).map((file) => storageWorld({ login, caller: 'stranger', sized: 'either', ...file, ...more }))
}

type File = Pick<StorageWorld, 'place' | 'owned'>

/** With `"path"` the owner is the claim; with `"creator"` any file has an owner or none. */
function files(mode: ResourceOpenid): readonly File[] {
  const both: readonly Place[] = ['claimed', 'unclaimed']
  if (mode === 'path') return both.map((place) => ({ place, owned: place === 'claimed' }))
  return both.flatMap((place) => [true, false].map((owned) => ({ place, owned })))
}
