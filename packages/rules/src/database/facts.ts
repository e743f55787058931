import { type Caller, callerOf } from '../caller/caller.ts'
import type { DatabaseRuleContext, DocumentData, Documents } from './context.ts'

/** A context, looked at once. */
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
