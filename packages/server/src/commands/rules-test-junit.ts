/** The results of `cloudstead rules test` as JUnit XML, for CI servers. */
import { renderExplanation } from '@cloudstead/rules'
import type { CaseResult, CasesRun } from '@cloudstead/rules/testing'

/** Characters of a name or a message. CI servers show them in lists and links. */
const MAX_NAME = 200
/** Characters of one explanation. */
const MAX_DETAIL = 10_000

/** A report with one suite, named for the case file. */
export function junitOf(file: string, { results }: CasesRun): string {
  const failures = results.filter(({ ok }) => !ok).length
  const counts = `tests="${results.length}" failures="${failures}" errors="0" skipped="0"`
  const suite = attribute(file, MAX_NAME)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="cloudstead rules test" ${counts}>`,
    `  <testsuite name="${suite}" ${counts}>`,
    ...results.map((result) => testCase(suite, result)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function testCase(suite: string, { name, line, ok, expected, decided, explanation }: CaseResult): string {
  const head = `    <testcase classname="${suite}" name="${attribute(name, MAX_NAME)}" file="${suite}" line="${line}" time="0"`
  if (ok) return `${head}/>`
  const message = attribute(`expected ${expected}, decided ${decided}: ${explanation.reason.en}`, MAX_NAME)
  const detail = escaped(renderExplanation(explanation, 'en').slice(0, MAX_DETAIL))
  return `${head}>\n      <failure type="${decided}" message="${message}">${detail}</failure>\n    </testcase>`
}

function attribute(text: string, limit: number): string {
  return escaped(text.replaceAll(/\s+/g, ' ').slice(0, limit))
}

/** Characters that XML 1.0 does not allow, even escaped. Includes the unpaired surrogate that cutting can leave. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

function escaped(text: string): string {
  return text.replaceAll(FORBIDDEN, '\ufffd').replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}
