/** Checks the source text of rules, for an editor. */
import {
  checkDatabaseRules,
  checkFunctionRules,
  checkStorageRules,
  parseRulesText,
  placeOf,
  RuleError,
  type RuleFinding,
  type RulesText,
} from '@cloudstead/rules'

/** What the rules protect: files, the documents of a collection, or functions. */
export type RulesTarget =
  | { readonly kind: 'storage'; readonly resourceOpenid: 'path' | 'creator' }
  | { readonly kind: 'database'; readonly collection: string }
  | { readonly kind: 'functions' }

/** A finding with its position in the text. */
export interface PlacedFinding {
  readonly severity: RuleFinding['severity']
  readonly code: string
  readonly message: RuleFinding['message']
  /** The key of the rule; absent when the finding is about the whole text. */
  readonly key?: string
  /** Start offset in the text, in UTF-16 code units; absent when the position is unknown. */
  readonly from?: number
  /** End offset, exclusive. */
  readonly to?: number
}

export interface CheckedRules {
  /** Whether the server would accept the rules. Valid rules can have findings too. */
  readonly valid: boolean
  /** Most severe first. */
  readonly findings: readonly PlacedFinding[]
  /** The parsed value of the text; absent when it does not parse. */
  readonly acl?: unknown
}

/**
 * Checks rules and gives each finding its position in the text. Never throws.
 *
 * @param anonymous whether anonymous login is on
 */
export function checkRulesText(text: string, target: RulesTarget, anonymous: boolean): CheckedRules {
  let rules: RulesText
  try {
    rules = parseRulesText(text)
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    return { valid: false, findings: [unreadable(text, error)] }
  }
  const found = findingsOf(rules.value, target, anonymous)
  const findings = found.map((finding) => placed(rules, finding))
  return { valid: !found.some(({ code }) => code === 'invalid'), findings, acl: rules.value }
}

function findingsOf(acl: unknown, target: RulesTarget, anonymous: boolean): readonly RuleFinding[] {
  switch (target.kind) {
    case 'storage':
      return checkStorageRules(acl, { resourceOpenid: target.resourceOpenid, anonymous })
    case 'database':
      return checkDatabaseRules(acl, { collection: target.collection, anonymous })
    case 'functions':
      return checkFunctionRules(acl, { anonymous })
  }
}

function unreadable(text: string, { index = 0, text: message }: RuleError): PlacedFinding {
  const from = Math.min(index, text.length)
  return { severity: 'error', code: 'invalid', from, to: Math.min(from + 1, text.length), message }
}

function placed(rules: RulesText, finding: RuleFinding): PlacedFinding {
  const { severity, code, key, span, message } = finding
  const range = key === undefined ? undefined : rules.rangeOf(placeOf(finding), span)
  return { severity, code, ...(key === undefined ? {} : { key }), ...range, message }
}
