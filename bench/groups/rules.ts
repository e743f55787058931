import type { RulesJob } from '../ceilings/rules.ts'
import type { Group } from '../group.ts'
import { compare, type Rounds, type Row } from '../measure.ts'
import { RULE_CASES } from '../rule-cases.ts'

const AIM = { ratioAtLeast: 0.3 }
/** Rules are measured for this share of the usual time, which is enough for a million evaluations. */
const TIME_SHARE = 0.1
const NANOS = 1e9

/** A compiled rule against the equivalent handwritten predicate, in process. */
export const rulesGroup: Group = {
  name: 'rules',
  async run(bench) {
    const rows: Row[] = []
    for (const { name } of RULE_CASES) {
      const worker = bench.inProcess<RulesJob>('rules', name)
      const seconds = bench.scale.seconds * TIME_SHARE
      const side = (side: RulesJob['side'], outcome: RulesJob['outcome']) => () =>
        worker.run({ side, outcome, seconds })
      const allowed = await bench.takeTurns({
        compiled: side('compiled', 'allowed'),
        handwritten: side('handwritten', 'allowed'),
      })
      const denied = await bench.takeTurns({
        compiled: side('compiled', 'denied'),
        handwritten: side('handwritten', 'denied'),
        reasons: side('reasons', 'denied'),
      })
      await worker.stop()
      rows.push(
        rowOf(`rule: ${name}, allowed`, allowed, 'compiled', AIM),
        rowOf(`rule: ${name}, denied`, denied, 'compiled', AIM),
        rowOf(`rule: ${name}, denied with its reason`, denied, 'reasons'),
      )
    }
    return rows
  },
}

/** The row in nanoseconds per evaluation; the ratio is that of the rates, as in other rows. */
function rowOf<Name extends 'compiled' | 'reasons'>(
  name: string,
  rounds: Rounds<Name | 'handwritten'>,
  ours: Name,
  aim?: { readonly ratioAtLeast: number },
): Row {
  const { p50, p99, cpu, ...row } = compare(name, rounds[ours], 'written by hand', rounds.handwritten, aim)
  return { ...row, unit: 'ns', ours: NANOS / row.ours, ceiling: NANOS / (row.ceiling ?? Number.NaN) }
}
