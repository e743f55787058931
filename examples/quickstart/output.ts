/** What the quickstart prints: numbered steps with their real values for people, one JSON object for scripts. */
import { styleText } from 'node:util'

/** Notes one value of a step under a short name. */
export type Show = (label: string, value: string) => void

/**
 * Runs a numbered step and passes its result on.
 *
 * @throws StepFailed when the step throws; that has been printed then
 */
export type Step = <T>(title: string, work: (show: Show) => Promise<T>) => Promise<T>

export interface StepReport {
  readonly number: number
  readonly title: string
  readonly ok: boolean
  readonly milliseconds: number
  readonly values: readonly { readonly label: string; readonly value: string }[]
  /** What was expected and what came; only when `ok` is false. */
  readonly failure?: string
}

/** A step failed, so the ones after it cannot be run. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed'
}

/** Something came out otherwise than the recipe says. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected'

  constructor(what: string, expected: unknown, actual: unknown) {
    super(`${what}\n  expected: ${inWords(expected)}\n  came:     ${inWords(actual)}`)
  }
}

/** @throws Unexpected when the two are not the same text or number */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Unexpected(what, expected, actual)
}

function inWords(value: unknown): string {
  if (value instanceof Error) return value.message
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
}

export interface Output {
  readonly steps: readonly StepReport[]
  readonly step: Step
  /** A line for people; a silent output has none. */
  line(text?: string): void
}

/** @param options.silent keeps the reports of the steps and prints nothing; for scripts */
export function createOutput({ silent }: { silent: boolean }): Output {
  const steps: StepReport[] = []

  function line(text = ''): void {
    if (!silent) process.stdout.write(`${text}\n`)
  }

  function print({ number, title, values, failure }: StepReport): void {
    const tick = failure === undefined ? styleText('green', '✔') : styleText('red', '✘')
    line(`${tick} ${number}. ${styleText('bold', title)}`)
    for (const { label, value } of values) line(`     ${styleText('cyan', padded(label))}  ${value}`)
    if (failure !== undefined) line(styleText('red', failure.replaceAll(/^/gm, '     ')))
  }

  async function step<T>(title: string, work: (show: Show) => Promise<T>): Promise<T> {
    const number = steps.length + 1
    const values: { label: string; value: string }[] = []
    const startedAt = performance.now()
    const finish = (result: { ok: true } | { ok: false; failure: string }) => {
      const report = { number, title, milliseconds: Math.round(performance.now() - startedAt), values, ...result }
      steps.push(report)
      print(report)
    }
    try {
      const result = await work((label, value) => values.push({ label, value }))
      finish({ ok: true })
      return result
    } catch (error) {
      finish({ ok: false, failure: inWords(error) })
      throw new StepFailed(`Step ${number} failed: ${title}`, { cause: error })
    }
  }

  return { steps, step, line }
}

/** As wide as the longest label of the recipe. */
const LABEL_COLUMNS = 13

/** Fills a label up with spaces; a Chinese character takes two columns in a terminal. */
function padded(label: string): string {
  const columns = label.length + (label.match(/\p{Script=Han}/gu)?.length ?? 0)
  return label + ' '.repeat(Math.max(0, LABEL_COLUMNS - columns))
}
