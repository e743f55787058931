import type { Text } from '@cloudstead/rules'

/** Is told what cannot be used. */
export type Report = (problem: Text) => void

/** The same with words before each problem that say where it is. */
export function within(report: Report, en: string, zh: string = en): Report {
  return (problem) => report({ en: `${en}: ${problem.en}`, zh: `${zh}：${problem.zh}` })
}
