/** `cloudstead rules test FILE`: runs test cases against rules. */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { type Language, RuleError, renderExplanation } from '@cloudstead/rules'
import { type CasesRun, loadRules, parseCaseFile, runCases } from '@cloudstead/rules/testing'
import { junitOf } from './rules-test-junit.ts'
import { coverageLines, faultLines, resultLines } from './rules-test-report.ts'

export interface RulesTestOptions {
  /** The configuration file; by default the one that the case file names, else the default one in the same directory. */
  readonly rules?: string | undefined
  readonly language: Language
  /** Print JSON instead of lines for people. */
  readonly json: boolean
  /** List the conditions that no case made true, or no case made false. */
  readonly coverage: boolean
  /** The file to write a JUnit XML report to. */
  readonly junit?: string | undefined
}

const DEFAULT_RULES = 'cloudstead.config.json'

/**
 * Runs the test cases of a file.
 *
 * @param now milliseconds since the epoch, for cases that do not set the time
 * @returns what to print, and the exit code: 1 when a case failed or a file is not valid, else 0
 * @throws when a file cannot be read or written
 */
export function testRulesFile(
  file: string,
  options: RulesTestOptions,
  now: number,
): { output: string; exitCode: 0 | 1 } {
  const { language, json, junit } = options
  let reading = file
  try {
    const cases = parseCaseFile(readFileSync(file, 'utf8'), now)
    const named = cases.rules ?? DEFAULT_RULES
    const rulesFile = options.rules ?? (isAbsolute(named) ? named : join(dirname(file), named))
    reading = rulesFile
    const rules = loadRules(readFileSync(rulesFile, 'utf8'))
    reading = file
    const run = runCases(cases, rules)
    if (junit !== undefined) writeFileSync(junit, junitOf(file, run))
    const exitCode = run.results.every(({ ok }) => ok) ? 0 : 1
    if (json) return { output: `${JSON.stringify(asJson(file, rulesFile, run), null, 2)}\n`, exitCode }
    const lines = [...resultLines(file, run, language), ...coverageLines(rulesFile, run.coverage, options)]
    return { output: `${lines.join('\n')}\n`, exitCode }
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    const { line = 1, column = 1, text: message } = error
    const fault = { file: reading, error: { line, column, message } }
    const output = json ? JSON.stringify(fault, null, 2) : faultLines(reading, error, language).join('\n')
    return { output: `${output}\n`, exitCode: 1 }
  }
}

function asJson(file: string, rules: string, { results, coverage }: CasesRun) {
  const passed = results.filter(({ ok }) => ok).length
  return {
    file,
    rules,
    passed,
    failed: results.length - passed,
    cases: results.map(({ name, line, expected, decided, ok, explanation }) => ({
      name,
      line,
      expected,
      decided,
      ok,
      reason: explanation.reason,
      ...(ok ? {} : { explanation: renderExplanation(explanation, 'en') }),
    })),
    coverage,
  }
}
