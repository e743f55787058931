/**
 * Compiled rules and the same predicates written by hand, in one process. Refuses to start unless the two answer alike.
 * It measures one rule and has run them all: what the engine learns from the others makes a compiled rule slower, as in
 * a server with many rules, while the predicate is alone in its loop, as it would be in a program that has only this one.
 * Takes jobs `{ side, outcome, seconds }` over IPC. Usage: rules.ts NAME_OF_THE_RULE
 */
import type { Measured } from '../job.ts'
import { RULE_CASES, type RuleCase } from '../rule-cases.ts'

export interface RulesJob {
  /** `reasons`: the compiled rule, and whoever is refused hears why. */
  readonly side: 'compiled' | 'reasons' | 'handwritten'
  /** Only contexts that are allowed, or only such that are denied. */
  readonly outcome: 'allowed' | 'denied'
  readonly seconds: number
}

/** Contexts that take turns, so that nothing is computed once for all. */
const CONTEXTS = 64
/** How often the clock is looked at: looking costs more than an evaluation. */
const STRIDE = CONTEXTS * 16
const WARM_UP = 20_000

const measured = RULE_CASES.find(({ name }) => name === process.argv[2])
if (measured === undefined) throw new Error(`there is no rule ${process.argv[2]}`)
for (const rule of RULE_CASES) checkAlike(rule)

function checkAlike<C>({ name, compiled, handwritten, contexts }: RuleCase<C>): void {
  for (const context of contexts) {
    if (compiled(context).allowed !== handwritten(context)) {
      throw new Error(`${name}: the rule and the predicate answer ${JSON.stringify(context)} differently`)
    }
  }
  for (let n = 0; n < WARM_UP; n += 1) compiled(contexts[n % contexts.length] as C)
}

function contextsOf<C>({ contexts, handwritten }: RuleCase<C>, outcome: RulesJob['outcome']): readonly C[] {
  const chosen = contexts.filter((context) => handwritten(context) === (outcome === 'allowed'))
  return Array.from({ length: CONTEXTS }, (_, n) => chosen[n % chosen.length] as C)
}

const CONTEXTS_OF = { allowed: contextsOf(measured, 'allowed'), denied: contextsOf(measured, 'denied') }

/** How many of `STRIDE` evaluations allowed. A loop for each side, so that none is compiled for another's sake. */
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
  // The result is used, so nothing can be left out, and it is the one that was expected.
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
