import { parse } from '../language/parse.ts'
import type { StorageOperation } from '../storage/context.ts'
import { compileStorageRules, type StorageRulesOptions } from '../storage/rules.ts'
import { everyoneReads } from './access-findings.ts'
import { clauseFindings } from './clauses.ts'
import type { RuleFinding } from './finding.ts'
import { separateInvalid, worstFirst } from './invalid-rules.ts'
import { FILE, storageAccessFindings } from './storage-access.ts'
import { storageProfile } from './storage-profile.ts'

export interface StorageCheckOptions extends StorageRulesOptions {
  /** Whether the environment allows anonymous logins; true by default. */
  readonly anonymous?: boolean
}

/**
 * Checks a `storage.acl` before it is used. Reports everything that `compileStorageRules` would refuse, and valid rules that
 * probably do not do what their author expects. The worst findings come first.
 *
 * @example
 * checkStorageRules({ read: 'auth != null', write: false }, { resourceOpenid: 'path' })
 * // [{ severity: 'warning', code: 'anonymous-passes', key: 'read', message: { en: 'anonymous logins can ...', zh } }]
 */
export function checkStorageRules(acl: unknown, options: StorageCheckOptions): readonly RuleFinding[] {
  const { errors, valid } = separateInvalid(acl, (rules) => compileStorageRules(rules, options), OPERATIONS)
  const findings = [...errors]
  if (valid === 'READONLY' || valid === 'ADMINWRITE') {
    findings.push({ severity: 'note', code: 'everyone-reads', message: everyoneReads(FILE) })
  } else if (typeof valid === 'object') {
    const rules = new Map<string, unknown>(Object.entries(valid ?? {}))
    for (const operation of OPERATIONS) {
      const rule = rules.get(operation)
      if (rule !== undefined) findings.push(...ruleFindings(String(rule), operation, options))
    }
  }
  return worstFirst(findings)
}

const OPERATIONS = ['read', 'write'] as const

function ruleFindings(
  source: string,
  operation: StorageOperation,
  { resourceOpenid: mode, anonymous = true }: StorageCheckOptions,
): readonly RuleFinding[] {
  const root = parse(source)
  const clauses = clauseFindings(root, source, storageProfile(mode))
  // Access findings are meaningless for a rule with an unknown name.
  const access = clauses.some(({ severity }) => severity === 'error')
    ? []
    : storageAccessFindings(root, { operation, mode, anonymous })
  return [...clauses, ...access].map((finding) => ({ ...finding, key: operation }))
}
