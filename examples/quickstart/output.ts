/** The output of the quickstart: numbered steps with their values for people, one JSON object for scripts. */
import { styleText } from 'node:util'

/** Prints one value of a step with a short label. */
export type Show = (label: string, value: string) => void

/**
 * Runs a numbered step and returns its result.
 *
 * @throws StepFailed if the step throws; the error has been printed then
 */
export type Step = <T>(title: string, work: (show: Show) => Promise<T>) => Promise<T>

export interface StepReport {
  readonly number: number
  readonly title: string
  readonly ok: boolean
  readonly milliseconds: number
  readonly values: readonly { readonly label: string; readonly value: string }[]
  /** Expected and actual value; only if `ok` is false. */
  readonly failure?: string
}

/** A step failed, so the following ones cannot be run. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed'
}

/** A value differs from the one in the recipe. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected'

  constructor(what: string, expected: unknown, actual: unknown) {
    super(`${what}\n  expected: ${inWords(expected)}\n  actual:   ${inWords(actual)}`)
  }
}

/** @throws Unexpected unless both are the same text or number */
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
  /** Prints a line, unless the output is silent. */
  line(text?: string): void
}

export interface OutputOptions {
  /** Only collects the reports of the steps, for scripts. */
  readonly silent: boolean
  /** Prints the steps without their values. */
  readonly brief?: boolean
}

export function createOutput({ silent, brief = false }: OutputOptions): Output {
  const steps: StepReport[] = []

  function line(text = ''): void {
    if (!silent) process.stdout.write(`${text}\n`)
  }

  function print({ number, title, values, failure }: StepReport): void {
    const tick = failure === undefined ? styleText('green', '✔') : styleText('red', '✘')
    line(`${tick} ${number}. ${styleText('bold', title)}`)
    for (const { label, value } of brief ? [] : values) line(`     ${styleText('cyan', padded(label))}  ${value}`)
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

/** The width of the longest label of the recipe. */
const LABEL_COLUMNS = 13

/** Pads a label with spaces; a Chinese character takes two columns in a terminal. */
function padded(label: string): string {
  const columns = label.length + (label.match(/\p{Script=Han}/gu)?.length ?? 0)
  return label + ' '.repeat(Math.max(0, LABEL_COLUMNS - columns))
}
