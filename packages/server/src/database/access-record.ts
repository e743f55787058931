import { type Caller, type DocumentObject, encodeWebValue } from '@cloudstead/protocol'
import type { DatabaseOperation, DatabaseRules, Explanation, Lookups } from '@cloudstead/rules'
import { DeniedError } from '../decisions/denied-error.ts'

/** Records of decisions about documents: the request, in the form of a test case of rules, and its explanation. */

/** An operation of a caller on the documents of a collection, under its rules. */
export interface Access {
  readonly caller: Caller
  readonly operation: DatabaseOperation
  readonly collection: string
  readonly rules: DatabaseRules
}

/** What an operation does. Presets do not look at it. */
export interface OperationDetails {
  /** Checked. */
  readonly query: DocumentObject
  /** Operators of an update. */
  readonly update?: DocumentObject | undefined
  /** The document that replaces another. */
  readonly replacement?: DocumentObject | undefined
  /** Whether it may insert a document when none matches. The insert is authorized separately. */
  readonly upsert?: boolean | undefined
}

/** Members of a test case. */
export type CaseMembers = Readonly<Record<string, unknown>>

/** Explains a decision. `target` is its name in the log, such as `orders/1`. */
type Explain = (target: string) => Explanation

/** An access that was allowed. */
export interface AllowedAccess {
  readonly explanation: Explanation
  /** The members of the test case beside `as` and `expect`. */
  readonly asked: CaseMembers
}

export function allowedAccess(access: Access, members: CaseMembers, explain: Explain): AllowedAccess {
  const asked = askedOf(access, members)
  return { asked, explanation: explain(targetOf(asked)) }
}

/** @param reason for the operator's log */
export function deniedError(access: Access, members: CaseMembers, reason: string, explain: Explain): DeniedError {
  const asked = askedOf(access, members)
  const target = targetOf(asked)
  return new DeniedError('DATABASE_PERMISSION_DENIED', {
    caller: access.caller,
    internal: `${access.operation} ${target}: ${reason}`,
    asked,
    explain: () => explain(target),
  })
}

/** The test case members that describe the change. */
export function changesOf({ update, replacement }: OperationDetails): CaseMembers {
  if (replacement !== undefined) return { action: 'set', data: encodeWebValue(replacement) }
  return update === undefined ? {} : { data: encodeWebValue(update) }
}

/** The test case member with the documents that rules looked up. */
export function documentsOf(lookups: Lookups): CaseMembers {
  const documents: Record<string, unknown[]> = {}
  for (const { collection, document } of lookups.read()) {
    if (document === null) continue
    documents[collection] = [...(documents[collection] ?? []), encodeWebValue(document as DocumentObject)]
  }
  return Object.keys(documents).length === 0 ? {} : { documents }
}

/** An `action` in the members takes precedence over the operation. */
function askedOf({ operation, collection }: Access, members: CaseMembers) {
  return { action: operation, collection, ...members } as const
}

/** Characters of a query that are shown in a target. */
const MAX_SHOWN = 200

function targetOf({ collection, doc, where }: { collection: string; doc?: unknown; where?: unknown }): string {
  if (doc !== undefined) return `${collection}/${String(doc)}`
  return where === undefined ? collection : `${collection} where ${JSON.stringify(where).slice(0, MAX_SHOWN)}`
}
