import { parse } from '../language/parse.ts'
import type { StorageOperation } from '../storage/context.ts'
import { compileStorageRules, type StorageRulesOptions } from '../storage/rules.ts'
import { clauseFindings } from './clauses.ts'
import type { RuleFinding } from './finding.ts'
import { refused, worstFirst } from './invalid-rules.ts'
import { accessFindings, EVERYONE_READS } from './storage-access.ts'
import { storageDialect } from './storage-profile.ts'

export interface CheckOptions extends StorageRulesOptions {
  /** Whether the environment has anonymous logins; it has by default. */
  readonly anonymous?: boolean
}

/**
 * What there is to say about a `storage.acl` before it is used: everything that `compileStorageRules` would refuse, and
 * what bites people although it can be used. The worst first; an empty list is a clean bill.
 *
 * @example
 * checkStorageRules({ read: 'auth != null', write: false }, { resourceOpenid: 'path' })
 * // [{ severity: 'warning', code: 'anonymous-passes', key: 'read', message: { en: 'any anonymous login ...', zh } }]
 */
export function checkStorageRules(acl: unknown, options: CheckOptions): readonly RuleFinding[] {
  const { errors, valid } = refused(acl, (rules) => compileStorageRules(rules, options), OPERATIONS)
  const found = [...errors]
  if (valid === 'READONLY' || valid === 'ADMINWRITE') {
    found.push({ severity: 'note', code: 'everyone-reads', message: EVERYONE_READS })
  } else if (typeof valid === 'object') {
    for (const operation of OPERATIONS) {
      const rule = new Map(Object.entries(valid ?? {})).get(operation)
      if (rule !== undefined) found.push(...ruleFindings(String(rule), operation, options))
    }
  }
  return worstFirst(found)
}

const OPERATIONS = ['read', 'write'] as const

function ruleFindings(source: string, operation: StorageOperation, options: CheckOptions): readonly RuleFinding[] {
  const root = parse(source)
  const mode = options.resourceOpenid
  const clauses = clauseFindings(root, source, storageDialect(mode))
  // Whom a rule with a name that does not exist lets through is not worth saying.
  const access = clauses.some(({ severity }) => severity === 'error')
    ? []
    : accessFindings(root, { operation, mode, anonymous: options.anonymous ?? true })
  return [...clauses, ...access].map((finding) => ({ ...finding, key: operation }))
}
