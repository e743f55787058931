/**
 * Compiled rules and the equivalent handwritten predicates, in one process. Fails unless both give the same results.
 * It measures one rule after running all of them: the type feedback of the others makes a compiled rule slower, as in a
 * server with many rules. The predicate is alone in its loop, as in a program with only this one.
 * Takes jobs `{ side, outcome, seconds }` over IPC. Usage: rules.ts NAME_OF_THE_RULE
 */
import type { Measured } from '../job.ts'
import { RULE_CASES, type RuleCase } from '../rule-cases.ts'

export interface RulesJob {
  /** `reasons`: the compiled rule, with the reason of each refusal. */
  readonly side: 'compiled' | 'reasons' | 'handwritten'
  /** Uses only contexts with this outcome. */
  readonly outcome: 'allowed' | 'denied'
  readonly seconds: number
}

/** Number of contexts, used in turn so that no result can be reused. */
const CONTEXTS = 64
/** Evaluations between two reads of the clock, which costs more than an evaluation. */
const STRIDE = CONTEXTS * 16
const WARM_UP = 20_000

const measured = RULE_CASES.find(({ name }) => name === process.argv[2])
if (measured === undefined) throw new Error(`unknown rule ${process.argv[2]}`)
for (const rule of RULE_CASES) checkAlike(rule)

function checkAlike<C>({ name, compiled, handwritten, contexts }: RuleCase<C>): void {
  for (const context of contexts) {
    if (compiled(context).allowed !== handwritten(context)) {
      throw new Error(`${name}: rule and predicate give different results for ${JSON.stringify(context)}`)
    }
  }
  for (let n = 0; n < WARM_UP; n += 1) compiled(contexts[n % contexts.length] as C)
}

function contextsOf<C>({ contexts, handwritten }: RuleCase<C>, outcome: RulesJob['outcome']): readonly C[] {
  const chosen = contexts.filter((context) => handwritten(context) === (outcome === 'allowed'))
  return Array.from({ length: CONTEXTS }, (_, n) => chosen[n % chosen.length] as C)
}

const CONTEXTS_OF = { allowed: contextsOf(measured, 'allowed'), denied: contextsOf(measured, 'denied') }

/** Returns how many of `STRIDE` evaluations allowed. One loop per side, so that the engine optimizes each separately. */
const LOOPS: Readonly<Record<RulesJob['side'], <C>(rule: RuleCase<C>, contexts: readonly C[]) => number>> = {
  compiled<C>({ compiled }: RuleCase<C>, contexts: readonly C[]) {
    let allowed = 0
    for (let n = 0; n < STRIDE; n += 1) if (compiled(contexts[n % CONTEXTS] as C).allowed) allowed++
    return allowed
  },
  reasons<C>({ compiled }: RuleCase<C>, contexts: readonly C[]) {
    let allowed = 0
    for (let n = 0; n < STRIDE; n += 1) if (compiled(contexts[n % CONTEXTS] as C).reason === '') allowed++
    return allowed
  },
  handwritten<C>({ handwritten }: RuleCase<C>, contexts: readonly C[]) {
    let allowed = 0
    for (let n = 0; n < STRIDE; n += 1) if (handwritten(contexts[n % CONTEXTS] as C)) allowed++
    return allowed
  },
}

function run<C>(rule: RuleCase<C>, contexts: readonly C[], { side, outcome, seconds }: RulesJob): Measured {
  const loop = LOOPS[side]
  const start = performance.now()
  const end = start + seconds * 1000
  let n = 0
  let allowed = 0
  while (performance.now() < end) {
    allowed += loop(rule, contexts)
    n += STRIDE
  }
  const elapsed = performance.now() - start
  // Uses the result, so that the loop cannot be optimized away, and checks it.
  if (allowed !== (outcome === 'allowed' ? n : 0)) throw new Error(`${allowed} of ${n} were allowed`)
  return { requests: n, seconds: elapsed / 1000 }
}

process.on('message', (job: RulesJob) => {
  try {
    process.send?.({ measured: run(measured, CONTEXTS_OF[job.outcome], job) })
  } catch (error) {
    process.send?.({ error: (error as Error).message })
  }
})
process.on('disconnect', () => process.exit(0))
