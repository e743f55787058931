import type { RuleNode, TestNode } from '../language/ast.ts'
import type { Value } from '../language/values.ts'
import type { Text } from '../text.ts'
import type { Interval } from './interval.ts'

/** What is known of a string without knowing the string. */
export interface StringShape {
  /** Whether it can be `known`. */
  mayEqual(known: string): boolean
  /** Whether it can be another string of which only the shape is known. */
  mayEqualShape(other: StringShape): boolean
  /** What a pattern can say of it. */
  matches(test: TestNode): readonly boolean[]
  /** Where it stands in the order of strings; absent when nothing is known of that. */
  readonly interval?: Interval<string>
}

/** What an expression can yield in a world: the checker follows every possibility instead of one value. */
export type Possible =
  | { readonly is: 'known'; readonly value: Value }
  | { readonly is: 'string'; readonly shape: StringShape }
  | { readonly is: 'number'; readonly interval?: Interval<number>; readonly except?: ReadonlySet<Value> }
  /** Data; of a member that is not listed nothing is known. */
  | { readonly is: 'object'; readonly members?: Members }
  /** Data; `contains` are some of its items, where it is known that all of them can be compared. */
  | { readonly is: 'array'; readonly contains?: readonly Value[] }
  /** An owner; `mayEqual` says whether it can be the same as a string. */
  | { readonly is: 'id'; readonly mayEqual: (other: Possible) => boolean }
  | { readonly is: 'error'; readonly error: Text }

export type Possibilities = readonly Possible[]

/** What can be in one world. */
export interface World {
  readonly variables: ReadonlyMap<string, WorldVariable>
  /** What `get( )` can yield; `id` is undefined when it is not known. */
  readonly get?: (collection: string, id: string | number | undefined) => Possibilities
  /** What came of parts that were asked before, for whoever asks about a rule and its parts. */
  readonly seen?: Map<RuleNode, Possibilities>
}

/** A variable with `members` has these and no others; of one without, they are those of its value. */
export interface WorldVariable {
  readonly value: Possibilities
  readonly members?: Members
}

export type Members = ReadonlyMap<string, Possibilities>

export function known(value: Value): Possible {
  return { is: 'known', value }
}

export const MISSING: Possible = known(undefined)
export const TRUE: Possible = known(true)
export const FALSE: Possible = known(false)
export const NUMBER: Possible = { is: 'number' }
export const OBJECT: Possible = { is: 'object' }

/** A string of which nothing is known. */
export const ANY_STRING: StringShape = {
  mayEqual: () => true,
  mayEqualShape: () => true,
  matches: () => [true, false],
}

/** A value of stored data, of which nothing is known, not even whether it is there. */
export const ANYTHING: Possibilities = [
  { is: 'string', shape: ANY_STRING },
  NUMBER,
  TRUE,
  FALSE,
  OBJECT,
  { is: 'array' },
  MISSING,
]

/** The same possibilities, each once. */
export function distinct(possibilities: Possibilities): Possibilities {
  const found: Possible[] = []
  for (const candidate of possibilities) {
    if (!found.some((other) => same(other, candidate))) found.push(candidate)
  }
  return found
}

function same(a: Possible, b: Possible): boolean {
  if (a.is === 'known' && b.is === 'known') return Object.is(a.value, b.value)
  if (a.is === 'string' && b.is === 'string') return a.shape === b.shape
  if (a.is === 'error' && b.is === 'error') return a.error.en === b.error.en
  // What is known of the others in particular is kept apart.
  return a === b || (a.is === b.is && isPlain(a) && isPlain(b))
}

function isPlain(possible: Possible): boolean {
  return possible.is !== 'id' && Object.keys(possible).length === 1
}
