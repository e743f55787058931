import type { Language } from '../text.ts'
import type { Dialect } from './ast.ts'
import type { Truth, Value } from './values.ts'

/** One readable member of a variable. */
export interface ScopeMember<C> {
  readonly get: (context: C) => Value
  /** Whether `get` yields something, where that can be said without it. */
  readonly isThere?: (context: C) => boolean
  /** What `equal` says of the value of `get` and `other`, where that can be said without making the value. */
  readonly equals?: (context: C, other: Value) => Truth
  /** Why it is missing in this context, for the log: a clause that follows "is absent: ". */
  readonly whyAbsent?: (context: C, language: Language) => string | undefined
}

/**
 * A variable of the language. One with `members` has those and no others, whatever the context object carries, so
 * a request can neither add a member nor replace one; `get` then only says whether there is an object at all.
 */
export interface Variable<C> extends ScopeMember<C> {
  readonly members?: ReadonlyMap<string, ScopeMember<C>>
}

/** What a variable with members yields by itself: something that is not null, and no more. */
export const PRESENT = Object.freeze(Object.create(null)) as object

/** What an expression can name. */
export interface Scope<C> {
  readonly dialect: Dialect
  readonly variables: ReadonlyMap<string, Variable<C>>
  /** What `get( )` yields. @throws EvaluationError when the document cannot be had */
  readonly lookup?: (context: C, collection: string, id: string | number) => Value
}
