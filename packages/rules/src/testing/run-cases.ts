import type { Explanation } from '../explanation.ts'
import type { CaseFile, Expected } from './case-file.ts'
import type { RulesUnderTest } from './configuration.ts'
import { type Coverage, CoverageCollector } from './coverage.ts'
import { decide } from './decide.ts'

/** The result of a case. */
export interface CaseResult {
  readonly name: string
  readonly expected: Expected
  readonly decided: Expected
  /** Whether the decision is the expected one. */
  readonly ok: boolean
  readonly explanation: Explanation
  /** The line of the case in its file, from 1. */
  readonly line: number
}

/** The results of a case file. */
export interface CasesRun {
  readonly results: readonly CaseResult[]
  readonly coverage: Coverage
}

/**
 * Decides every case as the server would.
 *
 * @throws {RuleError} with the position in the case file, for a collection that has no rules
 * @example
 * const { results } = runCases(parseCaseFile(source, Date.now()), loadRules(configuration))
 * results.every(({ ok }) => ok)
 */
export function runCases({ cases, fixtures }: CaseFile, rules: RulesUnderTest): CasesRun {
  const known = [...rules.collections.keys()]
  for (const ruleCase of cases) ruleCase.checkCollection(known)
  const coverage = new CoverageCollector(rules.sources)
  const results = cases.map(({ name, line, auth, request, expected }): CaseResult => {
    const { allowed, explanation, evaluated } = decide(rules, auth, request, fixtures)
    coverage.record(evaluated)
    const decided = allowed ? 'allowed' : 'denied'
    return { name, expected, decided, ok: decided === expected, explanation, line }
  })
  return { results, coverage: coverage.report() }
}
