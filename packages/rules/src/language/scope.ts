import type { Language } from '../text.ts'
import type { RuleKind } from './ast.ts'
import type { Truth, Value } from './values.ts'

/** A member of a variable that rules can read. */
export interface ScopeMember<C> {
  readonly get: (context: C) => Value
  /** Whether `get` returns a value that is not missing, when that is cheaper to find out than calling `get`. */
  readonly isThere?: (context: C) => boolean
  /** The result of `equal(get(context), other)`, when that is cheaper to compute directly. */
  readonly equals?: (context: C, other: Value) => Truth
  /** Why the member is missing in this context, for the log: a clause that follows "is absent: ". */
  readonly whyAbsent?: (context: C, language: Language) => string | undefined
}

/**
 * A variable of the language. A variable with `members` has these and no others, whatever the context contains, so a
 * request can neither add nor replace a member. Its `get` only tells whether the variable is null.
 */
export interface Variable<C> extends ScopeMember<C> {
  readonly members?: ReadonlyMap<string, ScopeMember<C>>
}

/** The value of a variable with members: not null, and nothing else is known about it. */
export const PRESENT = Object.freeze(Object.create(null)) as object

/** The names that an expression can use. */
export interface Scope<C> {
  readonly kind: RuleKind
  readonly variables: ReadonlyMap<string, Variable<C>>
  /** The value of `get( )`. @throws EvaluationError when the document is not available */
  readonly lookup?: (context: C, collection: string, id: string | number) => Value
}
