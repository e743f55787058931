import { RuleError } from '../rule-error.ts'
import type { RuleFinding, Severity } from './finding.ts'

type Rules = Readonly<Record<string, unknown>>

/**
 * Finds everything in an acl that does not compile, and returns what is left of the acl without it.
 *
 * @param compile throws RuleError for the first error
 * @param ruleKeys the keys of rules; without any of them nothing is left
 */
export function separateInvalid(
  acl: unknown,
  compile: (acl: unknown) => void,
  ruleKeys: readonly string[],
): { readonly errors: readonly RuleFinding[]; readonly valid?: unknown } {
  const errors: RuleFinding[] = []
  let rest = acl
  for (;;) {
    try {
      compile(rest)
      return { errors, valid: rest }
    } catch (error) {
      if (!(error instanceof RuleError)) throw error
      const { key } = error
      const isRemoved = key !== undefined && rest !== acl && !Object.hasOwn(rest as Rules, key)
      if (isRemoved) return { errors }
      errors.push(invalidFinding(error))
      if (key === undefined) return { errors }
      rest = Object.fromEntries(Object.entries(rest as Rules).filter(([name]) => name !== key))
      if (!ruleKeys.some((name) => Object.hasOwn(rest as Rules, name))) return { errors }
    }
  }
}

/** The finding about rules that do not compile. */
export function invalidFinding({ key, path, index, text: message }: RuleError): RuleFinding {
  const span = index === undefined ? undefined : { start: index, end: index + 1 }
  return {
    severity: 'error',
    code: 'invalid',
    message,
    ...(key === undefined ? {} : { key }),
    ...(path.length > 1 ? { path } : {}),
    ...(span === undefined ? {} : { span }),
  }
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 }

export function worstFirst(findings: readonly RuleFinding[]): readonly RuleFinding[] {
  return findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity])
}
