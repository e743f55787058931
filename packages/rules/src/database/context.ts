import { type Caller, callerOf } from '../caller/caller.ts'
import type { RuleAuth } from '../caller/rule-auth.ts'
import type { Value } from '../language/values.ts'

export type DatabaseOperation = 'read' | 'create' | 'update' | 'delete'

export const DATABASE_OPERATIONS: readonly DatabaseOperation[] = Object.freeze(['read', 'create', 'update', 'delete'])

/** A document, a query or request data: plain objects, arrays, strings, numbers, booleans, null and dates. */
export type DocumentData = Readonly<Record<string, unknown>>

/** The context of a decision about one document or query. The server builds it, never directly from request data. */
export interface DatabaseRuleContext {
  readonly auth: RuleAuth | null
  /** The stored document; for `create` the one that would be stored, with its `_openid`. Absent when there is none. */
  readonly doc?: DocumentData
  /** `request.data`, from `createdData`, `updatedData` or `replacedData`; absent for `read` and `delete`. */
  readonly data?: DocumentData
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Where `get( )` reads documents; by default there are none. */
  readonly documents?: Documents
}

/** Documents that rules read with `get( )`. */
export interface Documents {
  /** null when there is no such document. @throws EvaluationError when it is not loaded, or after too many lookups */
  get(collection: string, id: string | number): DocumentData | null
}

/** A context with checked fields. */
export interface DatabaseFacts {
  readonly caller: Caller | null
  readonly doc: DocumentData | undefined
  readonly data: DocumentData | undefined
  readonly now: number | undefined
  readonly documents: Documents | undefined
}

export function databaseFacts({ auth, doc, data, now, documents }: DatabaseRuleContext): DatabaseFacts {
  return { caller: callerOf(auth), doc, data, now: Number.isFinite(now) ? now : undefined, documents }
}

/** Document data as the value of a variable; missing unless it is an object. */
export function asValue(data: DocumentData | null | undefined): Value {
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? data : undefined
}

/** Whether a value is an object of fields, not an array, a date or a regular expression. */
export function isFields(value: unknown): value is DocumentData {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return !(value instanceof Date) && !(value instanceof RegExp)
}
