import { type Caller, type CloudPath, claimOf, type ErrorCode, NOBODY, personOf } from '@cloudstead/protocol'
import type { Decision, Explanation, StorageOperation, StorageRuleContext, StorageRules } from '@cloudstead/rules'
import { DeniedError } from '../decisions/denied-error.ts'
import type { FileRecord } from './file-record.ts'

/** What rules can read of a stored file. */
export type JudgedFile = Partial<Pick<FileRecord, 'creator' | 'size' | 'metadata'>>

/** A requested access to one file. `file` is the stored file, absent when there is none. */
export interface StorageAccess {
  readonly operation: StorageOperation
  readonly path: CloudPath
  readonly file?: JudgedFile | undefined
  /** The size in bytes of the file that a write would store, if known. */
  readonly size?: number | undefined
}

const ADMINISTRATOR: Decision = { allowed: true, reason: 'administrators always may' }

/**
 * The one place that decides who may read or write a file. Administrators always may; for all others the rules decide.
 *
 * @param now milliseconds since the epoch
 * @param code the code of the refusal
 * @returns undefined when allowed, else the error to answer, which can explain itself to the operator
 */
export function refusal(
  rules: StorageRules,
  caller: Caller,
  access: StorageAccess,
  now: number,
  code: ErrorCode = 'STORAGE_EXCEED_AUTHORITY',
): DeniedError | undefined {
  const decision = decide(rules, caller, access, now)
  if (decision.allowed === true) return undefined
  const { operation, path } = access
  return new DeniedError(code, {
    caller,
    internal: `${operation} ${path}: ${decision.reason}`,
    asked: accessCase(access),
    explain: () => explainAccess(rules, caller, access, now),
  })
}

/** The decision about a caller who is subject to rules, with its explanation. Much slower than {@link refusal}. */
export function explainAccess(rules: StorageRules, caller: Caller, access: StorageAccess, now: number): Explanation {
  return rules.explain(access.operation, contextOf(caller, access, now))
}

/** Whether the caller may. Cheaper than {@link refusal}: it makes no error. */
export function allows(rules: StorageRules, caller: Caller, access: StorageAccess, now: number): boolean {
  return decide(rules, caller, access, now).allowed === true
}

/** Whether everybody may, logged in or not. */
export function allowsEverybody(rules: StorageRules, access: StorageAccess, now: number): boolean {
  return allows(rules, NOBODY, access, now)
}

/** Like {@link refusal}, but throws it. */
export function authorize(rules: StorageRules, caller: Caller, access: StorageAccess, now: number): void {
  const refused = refusal(rules, caller, access, now)
  if (refused !== undefined) throw refused
}

function decide(rules: StorageRules, caller: Caller, access: StorageAccess, now: number): Decision {
  if (caller.kind === 'admin') return ADMINISTRATOR
  return rules.evaluate(access.operation, contextOf(caller, access, now))
}

function contextOf(caller: Caller, { path, file, size }: StorageAccess, now: number): StorageRuleContext {
  return {
    auth: personOf(caller),
    resource: {
      path,
      claim: claimOf(path),
      creator: file?.creator,
      exists: file !== undefined,
      size: size ?? file?.size,
      metadata: file?.metadata,
    },
    now,
  }
}

/** The access as a case of `cloudstead rules test`. */
export function accessCase({ operation, path, file, size }: StorageAccess): Readonly<Record<string, unknown>> {
  return {
    action: operation,
    file: path,
    ...(file === undefined ? {} : { stored: storedCase(file) }),
    ...(size === undefined ? {} : { size }),
  }
}

function storedCase({ creator, size, metadata }: JudgedFile): Readonly<Record<string, unknown>> {
  return {
    ...(creator === undefined ? {} : { creator }),
    ...(size === undefined ? {} : { size }),
    ...(metadata === undefined ? {} : { metadata }),
  }
}
