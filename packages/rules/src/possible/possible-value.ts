import type { RuleNode, TestNode } from '../language/ast.ts'
import type { Value } from '../language/values.ts'
import type { Text } from '../text.ts'
import type { Interval } from './interval.ts'

/** What is known about a string that is not known itself. */
export interface StringShape {
  /** Whether it can equal a known string. */
  mayEqual(known: string): boolean
  /** Whether it can equal another string with a known shape. */
  mayEqualShape(other: StringShape): boolean
  /** The possible results of a pattern test. */
  matches(test: TestNode): readonly boolean[]
  /** Its range in the order of strings; absent when it is not known. */
  readonly interval?: Interval<string>
}

/** A possible value of an expression in a world. The checker and the proof follow all possible values instead of one. */
export type PossibleValue =
  | { readonly is: 'known'; readonly value: Value }
  | { readonly is: 'string'; readonly shape: StringShape }
  | { readonly is: 'number'; readonly interval?: Interval<number>; readonly except?: ReadonlySet<Value> }
  /** Stored data; a member that is not listed can have any value. */
  | { readonly is: 'object'; readonly members?: Members }
  /** Stored data; `contains` are some of its items, present when all items are known to be comparable. */
  | { readonly is: 'array'; readonly contains?: readonly Value[] }
  /** An owner; `mayEqual` tells whether it can equal a string. */
  | { readonly is: 'id'; readonly mayEqual: (other: PossibleValue) => boolean }
  | { readonly is: 'error'; readonly error: Text }

export type PossibleValues = readonly PossibleValue[]

/** The possible contexts of a rule: the possible values of each variable. */
export interface World {
  readonly variables: ReadonlyMap<string, WorldVariable>
  /** The possible values of `get( )`; `id` is undefined when it is not known. */
  readonly get?: (collection: string, id: string | number | undefined) => PossibleValues
  /** Remembers the possible values of each node, for repeated evaluation of a rule and its parts. */
  readonly cache?: Map<RuleNode, PossibleValues>
}

/** A variable with `members` has these and no others. Without, the members are those of its values. */
export interface WorldVariable {
  readonly value: PossibleValues
  readonly members?: Members
}

export type Members = ReadonlyMap<string, PossibleValues>

export function known(value: Value): PossibleValue {
  return { is: 'known', value }
}

export const MISSING: PossibleValue = known(undefined)
export const TRUE: PossibleValue = known(true)
export const FALSE: PossibleValue = known(false)
export const NUMBER: PossibleValue = { is: 'number' }
export const OBJECT: PossibleValue = { is: 'object' }

/** A string about which nothing is known. */
export const ANY_STRING: StringShape = {
  mayEqual: () => true,
  mayEqualShape: () => true,
  matches: () => [true, false],
}

/** Any value of stored data, or none. */
export const ANYTHING: PossibleValues = [
  { is: 'string', shape: ANY_STRING },
  NUMBER,
  TRUE,
  FALSE,
  OBJECT,
  { is: 'array' },
  MISSING,
]

/** Removes duplicates. */
export function distinct(values: PossibleValues): PossibleValues {
  const found: PossibleValue[] = []
  for (const candidate of values) {
    if (!found.some((other) => same(other, candidate))) found.push(candidate)
  }
  return found
}

function same(a: PossibleValue, b: PossibleValue): boolean {
  if (a.is === 'known' && b.is === 'known') return Object.is(a.value, b.value)
  if (a.is === 'string' && b.is === 'string') return a.shape === b.shape
  if (a.is === 'error' && b.is === 'error') return a.error.en === b.error.en
  // Values with further properties are only equal to themselves.
  return a === b || (a.is === b.is && isPlain(a) && isPlain(b))
}

function isPlain(possible: PossibleValue): boolean {
  return possible.is !== 'id' && Object.keys(possible).length === 1
}
