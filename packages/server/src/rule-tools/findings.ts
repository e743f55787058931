/** Checks the text of rules while somebody writes it. */
import {
  checkDatabaseRules,
  checkStorageRules,
  parseRulesText,
  RuleError,
  type RuleFinding,
  type RulesText,
} from '@cloudstead/rules'

/** Whose rules they are: those of files, or those of the documents of a collection. */
export type RulesTarget =
  | { readonly kind: 'storage'; readonly resourceOpenid: 'path' | 'creator' }
  | { readonly kind: 'database'; readonly collection: string }

/** A finding with its place in the text. */
export interface PlacedFinding {
  readonly severity: RuleFinding['severity']
  readonly code: string
  readonly message: RuleFinding['message']
  /** The rule that it is about; absent for the whole text. */
  readonly key?: string
  /** UTF-16 code units from the start of the text; absent when no place can be named. */
  readonly from?: number
  /** The first one after it. */
  readonly to?: number
}

export interface CheckedRules {
  /** Whether the server would accept them. There can be findings either way. */
  readonly valid: boolean
  /** The worst first. */
  readonly findings: readonly PlacedFinding[]
  /** What the text says; absent when it cannot be read. */
  readonly acl?: unknown
}

/**
 * Checks rules as they are written, with each finding at its place in the text. Never throws.
 *
 * @param anonymous whether people may log in anonymously
 */
export function checkRulesText(text: string, target: RulesTarget, anonymous: boolean): CheckedRules {
  let rules: RulesText
  try {
    rules = parseRulesText(text)
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    return { valid: false, findings: [unreadable(text, error)] }
  }
  const found =
    target.kind === 'storage'
      ? checkStorageRules(rules.value, { resourceOpenid: target.resourceOpenid, anonymous })
      : checkDatabaseRules(rules.value, { collection: target.collection, anonymous })
  const findings = found.map((finding) => placed(rules, finding))
  return { valid: !found.some(({ code }) => code === 'invalid'), findings, acl: rules.value }
}

function unreadable(text: string, { index = 0, text: message }: RuleError): PlacedFinding {
  const from = Math.min(index, text.length)
  return { severity: 'error', code: 'invalid', from, to: Math.min(from + 1, text.length), message }
}

function placed(rules: RulesText, { severity, code, key, span, message }: RuleFinding): PlacedFinding {
  const range = key === undefined ? undefined : rules.rangeOf([key], span)
  return { severity, code, ...(key === undefined ? {} : { key }), ...range, message }
}
