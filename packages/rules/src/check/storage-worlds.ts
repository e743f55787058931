import type { TestNode } from '../language/ast.ts'
import {
  ANY_STRING,
  known,
  type Members,
  MISSING,
  NUMBER,
  OBJECT,
  type Possibilities,
  type Possible,
  type StringShape,
  type World,
  type WorldVariable,
} from '../possible/possible.ts'
import type { ResourceOpenid } from '../storage/scope.ts'
import { prefixes } from './prefixes.ts'

/** Who asks: nobody, or one of the kinds of login that this server has. */
export type Login = 'nobody' | 'ANONYMOUS' | 'CUSTOM' | 'WECHAT_OPEN'

export const LOGINS: readonly Login[] = ['nobody', 'ANONYMOUS', 'CUSTOM', 'WECHAT_OPEN']

/** `stranger`: the file and all stored data have to do with somebody else. `anybody`: nothing is known. */
export type Caller = 'anybody' | 'stranger'

/** Whether the path lies in `users/{id}/`; `untestable` is a path there that no test of the path recognises. */
export type Place = 'claimed' | 'unclaimed' | 'untestable'

export interface StorageWorld {
  readonly login: Login
  readonly caller: Caller
  readonly place: Place
  /** Whether the file has an owner, as `resource.openid` says it. */
  readonly owned: boolean
  /** Whether the size is known; it is not when an upload is announced. */
  readonly sized: 'yes' | 'no' | 'either'
  /** What if an anonymous login had an openid: tells whether the lack of it is the cause of something. */
  readonly anonymousOpenid?: boolean
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

/** Looks like any id, for patterns; nobody has written it anywhere. */
const SAMPLE_ID = 'q3k9v7x2m5t8w4z6'

/** The id of a stranger: it stands in no rule and in no stored data. */
function strangersId(): StringShape {
  const shape: StringShape = {
    mayEqual: () => false,
    mayEqualShape: (other) => other === shape,
    matches: (test) => [test.matches(SAMPLE_ID)],
  }
  return shape
}

/** The variables of storage rules in a world. */
export function storageWorld(options: StorageWorld): World {
  const { login, caller, place, owned, sized } = options
  const id = (): Possible => ({ is: 'string', shape: caller === 'stranger' ? strangersId() : ANY_STRING })
  const size = { yes: [NUMBER], no: [MISSING], either: [NUMBER, MISSING] }[sized]
  const variables = new Map<string, WorldVariable>([
    ['auth', { value: [login === 'nobody' ? known(null) : OBJECT], members: authMembers(options, id) }],
    [
      'resource',
      {
        value: [OBJECT],
        members: new Map<string, Possibilities>([
          ['openid', [owned ? owner(caller) : MISSING]],
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

function authMembers({ login, anonymousOpenid }: StorageWorld, id: () => Possible): Members {
  if (login === 'nobody') {
    return new Map(['uid', 'openid', 'customUserId', 'loginType'].map((name) => [name, [MISSING]]))
  }
  const openid = id()
  const named = login !== 'ANONYMOUS' || anonymousOpenid === true
  const customUserId = { CUSTOM: [openid], WECHAT_OPEN: [id(), MISSING], ANONYMOUS: [MISSING] }[login]
  return new Map<string, Possibilities>([
    ['uid', [id()]],
    ['openid', [named ? openid : MISSING]],
    ['customUserId', customUserId],
    ['loginType', [known(login)]],
  ])
}

function owner(caller: Caller): Possible {
  return {
    is: 'id',
    mayEqual: (other) => {
      if (other.is === 'id') return true
      if (other.is === 'known') return typeof other.value === 'string'
      return other.is === 'string' && (caller === 'anybody' || other.shape === ANY_STRING)
    },
  }
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
