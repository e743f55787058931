import { type Caller, type CloudPath, CloudsteadError, claimOf, NOBODY, type UserCaller } from '@cloudstead/protocol'
import type { Decision, RuleAuth, StorageOperation, StorageRules } from '@cloudstead/rules'
import type { FileRecord } from './file-record.ts'

/** What is asked of one file. `file` is the stored one, absent when there is none. */
export interface StorageAccess {
  readonly operation: StorageOperation
  readonly path: CloudPath
  readonly file?: FileRecord | undefined
  /** Bytes of the file that a write would store, when known. */
  readonly size?: number | undefined
}

const ADMINISTRATOR: Decision = { allowed: true, reason: 'administrators always may' }

/**
 * The one place that decides who may read or write a file. Administrators always may; for everybody else the rules decide.
 *
 * @param now milliseconds since the epoch
 * @returns undefined when allowed, else the error to answer; its `internal` says which clause failed
 */
export function refusal(
  rules: StorageRules,
  caller: Caller,
  access: StorageAccess,
  now: number,
): CloudsteadError | undefined {
  const decision = decide(rules, caller, access, now)
  if (decision.allowed === true) return undefined
  return new CloudsteadError('STORAGE_EXCEED_AUTHORITY', undefined, {
    internal: `${access.operation} ${access.path}: ${decision.reason}`,
  })
}

/** Whether everybody may, logged in or not: cheaper than a refusal where nobody is going to hear of it. */
export function allowsEverybody(rules: StorageRules, access: StorageAccess, now: number): boolean {
  return decide(rules, NOBODY, access, now).allowed === true
}

/** Like {@link refusal}, but throws it. */
export function authorize(rules: StorageRules, caller: Caller, access: StorageAccess, now: number): void {
  const refused = refusal(rules, caller, access, now)
  if (refused !== undefined) throw refused
}

function decide(rules: StorageRules, caller: Caller, access: StorageAccess, now: number): Decision {
  if (caller.kind === 'admin') return ADMINISTRATOR
  const { operation, path, file } = access
  const claim = claimOf(path)
  const size = access.size ?? file?.size
  return rules.evaluate(operation, {
    auth: caller.kind === 'user' ? ruleAuth(caller) : null,
    resource: {
      path,
      exists: file !== undefined,
      ...(claim === undefined ? {} : { claim }),
      ...(file?.creator === undefined ? {} : { creator: file.creator }),
      ...(size === undefined ? {} : { size }),
      ...(file?.metadata === undefined ? {} : { metadata: file.metadata }),
    },
    now,
  })
}

function ruleAuth(caller: UserCaller): RuleAuth {
  return {
    uid: caller.uid,
    loginType: caller.loginType,
    ...(caller.openid === undefined ? {} : { openid: caller.openid }),
    ...(caller.customUserId === undefined ? {} : { customUserId: caller.customUserId }),
  }
}
