/** What `cloudstead rules test` prints for people. */
import { type Language, type RuleError, renderExplanation, type Text } from '@cloudstead/rules'
import type { CaseResult, CasesRun, Coverage, UncoveredClause } from '@cloudstead/rules/testing'

/** Columns of a name in the table, so that the decision fits on the same line. */
const MAX_NAME = 72

/** Columns of one condition in the coverage lines. */
const MAX_SOURCE = 120

const WORDS = {
  allowed: { en: 'allowed', zh: '允许' },
  denied: { en: 'denied', zh: '拒绝' },
  ok: { en: 'ok', zh: '通过' },
  fail: { en: 'FAIL', zh: '失败' },
  error: { en: 'error', zh: '错误' },
  neverTrue: { en: 'never true', zh: '从未成立' },
  neverFalse: { en: 'never false', zh: '从未不成立' },
  neverEither: { en: 'neither true nor false in any case', zh: '没有用例使其成立或不成立' },
} as const satisfies Readonly<Record<string, Text>>

/** The table of results, with the explanation below each failed case, and the count. */
export function resultLines(file: string, { results }: CasesRun, language: Language): readonly string[] {
  const rows = results.map((result) => ({ result, mark: markOf(result, language), name: shown(result.name, MAX_NAME) }))
  const markWidth = Math.max(...rows.map(({ mark }) => width(mark)))
  const nameWidth = Math.max(...rows.map(({ name }) => width(name)))
  const lines = rows.flatMap(({ result, mark, name }) => {
    const { ok, decided, expected, line, explanation } = result
    const row = `${padded(mark, markWidth)}  ${padded(name, nameWidth)}  ${WORDS[decided][language]}`
    if (ok) return [row]
    const wanted = WORDS[expected][language]
    const tail = language === 'zh' ? `应为${wanted}  ${file}:${line}` : `expected ${wanted}  ${file}:${line}`
    const tree = renderExplanation(explanation, language)
      .split('\n')
      .map((one) => `      ${shown(one)}`)
    return [`${row}  ${tail}`, ...tree]
  })
  const failed = results.filter(({ ok }) => !ok).length
  return [...lines, '', summary(file, results.length, failed, language)]
}

/** How much of the rules the cases covered: one line, and with `coverage` the conditions that they did not cover. */
export function coverageLines(
  rulesFile: string,
  { covered, total, percent, uncovered }: Coverage,
  { language, coverage }: { readonly language: Language; readonly coverage: boolean },
): readonly string[] {
  const zh = language === 'zh'
  if (total === 0) return [zh ? '覆盖率：规则中没有条件' : 'coverage: the rules have no conditions']
  const rest = coverage || uncovered.length === 0 ? '' : zh ? '；--coverage 列出其余' : '; --coverage lists the rest'
  const line = zh
    ? `覆盖率：${percent}%（${total} 种条件结果中出现 ${covered} 种）${rest}`
    : `coverage: ${percent}% (${covered} of ${total} outcomes of conditions)${rest}`
  return coverage ? [line, ...uncovered.map((clause) => uncoveredLine(rulesFile, clause, language))] : [line]
}

/** An error in a file, in the format of a compiler. */
export function faultLines(
  file: string,
  { text, line = 1, column = 1, frame = '' }: RuleError,
  language: Language,
): readonly string[] {
  const head = `${file}:${line}:${column}: ${WORDS.error[language]}: ${text[language]}`
  return frame === '' ? [head] : [head, ...frame.split('\n').map((one) => `    ${one}`)]
}

function uncoveredLine(file: string, { rule, line, column, source, never }: UncoveredClause, language: Language) {
  const what = never.length > 1 ? WORDS.neverEither : never[0] === true ? WORDS.neverTrue : WORDS.neverFalse
  return `  ${file}:${line}:${column}: ${rule}: ${what[language]}: ${shown(source, MAX_SOURCE)}`
}

function summary(file: string, count: number, failed: number, language: Language): string {
  if (language === 'zh') return `${file}：用例 ${count}，符合预期 ${count - failed}，不符合 ${failed}`
  return `${file}: ${count} case${count === 1 ? '' : 's'}, ${count - failed} as expected, ${failed} not`
}

function markOf({ ok }: CaseResult, language: Language): string {
  return (ok ? WORDS.ok : WORDS.fail)[language]
}

/** Control characters, which could move the cursor or color the terminal. */
const CONTROL = /\p{Cc}/gu

/** The text on one line, without control characters, cut off at `limit` columns. */
function shown(text: string, limit = Number.POSITIVE_INFINITY): string {
  const clean = text.replaceAll(CONTROL, '\ufffd')
  if (width(clean) <= limit) return clean
  let kept = ''
  for (const char of clean) {
    if (width(kept + char) >= limit) break
    kept += char
  }
  return `${kept}…`
}

/** Characters that take two columns on a terminal, roughly: CJK and full-width forms. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/

function width(text: string): number {
  let columns = 0
  for (const char of text) columns += WIDE.test(char) ? 2 : 1
  return columns
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)))
}
