import type { Explanation } from '../explanation.ts'
import type { CaseFile, Expected } from './case-file.ts'
import type { RulesUnderTest } from './configuration.ts'
import { type Coverage, CoverageCollector } from './coverage.ts'
import { decide } from './decide.ts'

/** What came of one case. */
export interface CaseResult {
  readonly name: string
  readonly expected: Expected
  readonly decided: Expected
  /** Whether it was decided as expected. */
  readonly ok: boolean
  readonly explanation: Explanation
  /** Of the case in its file, from 1. */
  readonly line: number
}

/** What came of a file of cases. */
export interface CasesRun {
  readonly results: readonly CaseResult[]
  readonly coverage: Coverage
}

/**
 * Decides every case as the server would.
 *
 * @throws {RuleError} with the place in the case file, for a collection that the rules do not name
 * @example
 * const { results } = runCases(parseCaseFile(text, Date.now()), loadRules(configuration))
 * results.every(({ ok }) => ok)
 */
export function runCases({ cases, fixtures }: CaseFile, rules: RulesUnderTest): CasesRun {
  const known = [...rules.collections.keys()]
  for (const one of cases) one.checkCollection(known)
  const coverage = new CoverageCollector(rules.sources)
  const results = cases.map(({ name, line, auth, request, expected }): CaseResult => {
    const { allowed, explanation, asked } = decide(rules, auth, request, fixtures)
    coverage.record(asked)
    const decided = allowed ? 'allowed' : 'denied'
    return { name, expected, decided, ok: decided === expected, explanation, line }
  })
  return { results, coverage: coverage.report() }
}
