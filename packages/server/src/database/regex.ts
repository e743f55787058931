import { RE2JS } from 're2js'
import { translateRegex } from './regex-dialect.ts'
import { refusal } from './regex-refusal.ts'
import type { RequestBudget } from './request-budget.ts'

/** Instructions that one regular expression may have. Repetitions multiply them. */
const MAX_INSTRUCTIONS = 2000
/**
 * Up to this many instructions the engine's automaton is fastest and stays small. With a larger program, a text can make
 * it build thousands of states, each used once.
 */
const SMALL_PROGRAM = 40
/** Cost of compiling one instruction, which takes some 10 µs. */
const INSTRUCTION_COST = 500
/** Cost of one test, and of one character in it: with a small program, and for each instruction of a larger one. */
const TEST_COST = 20
const SMALL_CHARACTER_COST = 2
const CHARACTER_COST_PER_INSTRUCTION = 0.2

/**
 * Compiles a regular expression of a query to a test that takes linear time for every pattern and text.
 *
 * @throws CloudsteadError INVALID_PARAM when the pattern is malformed or uses what is not supported
 */
export function compileRegex(regex: RegExp, budget: RequestBudget): (text: string) => boolean {
  const { source, flags, instructions } = translateRegex(regex.source, regex.flags)
  if (instructions > MAX_INSTRUCTIONS) throw refusal('it has too many repetitions', '重复次数过多')
  budget.spend(instructions * INSTRUCTION_COST)
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(flags === '' ? source : `(?${flags})${source}`)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : ''
    throw refusal(reason, `“${reason}”`)
  }
  const size = compiled.programSize()
  const perCharacter = size <= SMALL_PROGRAM ? SMALL_CHARACTER_COST : size * CHARACTER_COST_PER_INSTRUCTION
  return (text) => {
    budget.spend(TEST_COST + text.length * perCharacter)
    return size <= SMALL_PROGRAM ? compiled.test(text) : compiled.matcher(text).find()
  }
}
