import { parse } from '../language/parse.ts'
import { isPresetAcl } from '../preset-acl.ts'
import { RuleError } from '../rule-error.ts'
import { compileStorageRules, type StorageRulesOptions } from '../storage/rules.ts'
import { accessFindings, EVERYONE_READS } from './access.ts'
import { clauseFindings } from './clauses.ts'
import type { RuleFinding, Severity } from './finding.ts'

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
  const { errors, valid } = split(acl, options)
  const found = [...errors]
  if (valid === 'READONLY' || valid === 'ADMINWRITE') {
    found.push({ severity: 'note', code: 'everyone-reads', message: EVERYONE_READS })
  } else if (typeof valid === 'object') {
    for (const operation of ['read', 'write'] as const) {
      if (Object.hasOwn(valid, operation)) found.push(...ruleFindings(valid[operation], operation, options))
    }
  }
  return found.sort((a, b) => RANK[a.severity] - RANK[b.severity])
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 }

function ruleFindings(rule: unknown, operation: 'read' | 'write', options: CheckOptions): readonly RuleFinding[] {
  if (typeof rule !== 'string' && typeof rule !== 'boolean') return []
  const source = String(rule)
  const root = parse(source)
  const mode = options.resourceOpenid
  const clauses = clauseFindings(root, source, mode)
  // Whom a rule with a name that does not exist lets through is not worth saying.
  const access = clauses.some(({ severity }) => severity === 'error')
    ? []
    : accessFindings(root, { operation, mode, anonymous: options.anonymous ?? true })
  return [...clauses, ...access].map((finding) => ({ ...finding, key: operation }))
}

type Rules = Readonly<Record<string, unknown>>

/** All that cannot be accepted, and what is left of the rules without it. */
function split(acl: unknown, options: StorageRulesOptions): { errors: readonly RuleFinding[]; valid?: string | Rules } {
  const errors: RuleFinding[] = []
  let rest = acl
  for (;;) {
    try {
      compileStorageRules(rest, options)
      return { errors, valid: isPresetAcl(rest) ? rest : (rest as Rules) }
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      const { key, index, text: message } = error
      const span = index === undefined ? undefined : { start: index, end: index + 1 }
      const repeated = key !== undefined && rest !== acl && !Object.hasOwn(rest as Rules, key)
      if (repeated) return { errors }
      errors.push({
        severity: 'error',
        code: 'invalid',
        message,
        ...(key === undefined ? {} : { key }),
        ...(span === undefined ? {} : { span }),
      })
      if (key === undefined) return { errors }
      rest = Object.fromEntries(Object.entries(rest as Rules).filter(([name]) => name !== key))
      if (!Object.hasOwn(rest as Rules, 'read') && !Object.hasOwn(rest as Rules, 'write')) return { errors }
    }
  }
}
