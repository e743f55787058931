import { ALL_FUNCTIONS, compileFunctionRules } from '../functions/rules.ts'
import { parse } from '../language/parse.ts'
import { RuleError } from '../rule-error.ts'
import { clauseFindings } from './clauses.ts'
import type { RuleFinding } from './finding.ts'
import { functionAccessFindings } from './function-access.ts'
import { FUNCTION_PROFILE } from './function-profile.ts'
import { invalidFinding, worstFirst } from './invalid-rules.ts'

export interface FunctionCheckOptions {
  /** Whether the environment allows anonymous logins; true by default. */
  readonly anonymous?: boolean
}

/**
 * Checks `functions.rules` before they are used. Reports everything that `compileFunctionRules` would refuse, and valid rules
 * that probably do not do what their author expects. The worst findings come first. A rule for a function that does not exist
 * is not found: rules do not know the functions.
 *
 * @example
 * checkFunctionRules({ '*': { invoke: true } })
 * // [{ severity: 'note', code: 'everyone-invokes', key: '*.invoke', path: ['*', 'invoke'], message: { en, zh } }]
 */
export function checkFunctionRules(raw: unknown, options: FunctionCheckOptions = {}): readonly RuleFinding[] {
  const refused = refusal(raw)
  const ofAll = refused?.path.length === 0 ? [invalidFinding(refused)] : []
  const ofEach = entriesOf(raw).flatMap(([name, entry]) => {
    const error = refusal({ [ALL_FUNCTIONS]: DENIES, [name]: entry })
    return error === undefined ? ruleFindings(name, entry as CompilableEntry, options) : [invalidFinding(error)]
  })
  return worstFirst([...ofAll, ...ofEach])
}

interface CompilableEntry {
  readonly invoke: string | boolean
}

const DENIES: CompilableEntry = { invoke: false }

function refusal(raw: unknown): RuleError | undefined {
  try {
    compileFunctionRules(raw)
    return undefined
  } catch (error) {
    if (error instanceof RuleError) return error
    throw error
  }
}

function entriesOf(raw: unknown): readonly (readonly [name: string, entry: unknown])[] {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? Object.entries(raw) : []
}

function ruleFindings(
  name: string,
  { invoke }: CompilableEntry,
  { anonymous = true }: FunctionCheckOptions,
): readonly RuleFinding[] {
  const source = String(invoke)
  const root = parse(source, 'functions')
  const clauses = clauseFindings(root, source, FUNCTION_PROFILE)
  // Access findings are meaningless for a rule with an unknown name.
  const access = clauses.some(({ severity }) => severity === 'error')
    ? []
    : functionAccessFindings(root, { name, anonymous })
  return [...clauses, ...access].map((finding) => ({ ...finding, key: `${name}.invoke`, path: [name, 'invoke'] }))
}
