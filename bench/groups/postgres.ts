import { lacksPostgres } from '../../acceptance/support/postgres.ts'
import type { Bench, Group } from '../group.ts'
import { compare, type Row, type Side } from '../measure.ts'
import type { Worker } from '../processes.ts'

/** A job of the script, which says more about the operations. */
type RecordsJob =
  | {
      readonly operation: 'get' | 'insert' | 'put' | 'update' | 'find'
      readonly concurrency: number
      readonly seconds: number
      readonly records: number
    }
  | { readonly operation: 'fill'; readonly from: number; readonly to: number }
  | { readonly operation: 'settle' }

const SCRIPT = 'server/src/engines/records/postgres/bench.fixture.ts'
const RECORDS = 1_000
/** Records of one job while a database is filled. */
const PORTION = 100_000
const AGAINST = 'by hand with pg'
const READS = { ratioAtLeast: 0.7 }
const COMMITS = { ratioAtLeast: 0.8 }
/** Costs may grow by a fifth. */
const GROWTH = { ratioAtLeast: 1 / 1.2 }

/** The records engine on PostgreSQL, in process: against its own statements by hand, and as the database grows. */
export const postgresGroup: Group = {
  name: 'postgres',
  lacks: lacksPostgres,
  async run(bench) {
    const cluster = await bench.postgres()

    /** Starts the engine on a new database. */
    async function engineWith(records: number) {
      const url = await cluster.newDatabase()
      const engine = bench.inPackage<RecordsJob>(SCRIPT, 'engine', url)
      const began = performance.now()
      for (let from = 0; from < records; from += PORTION) {
        await engine.run({ operation: 'fill', from, to: Math.min(records, from + PORTION) })
      }
      await engine.run({ operation: 'settle' })
      bench.progress(`${records} records were put there in ${((performance.now() - began) / 1000).toFixed(1)} s`)
      return { engine, url }
    }

    const { engine } = await engineWith(RECORDS)
    const { engine: maker, url } = await engineWith(RECORDS)
    await maker.stop()
    const hand = bench.inPackage<RecordsJob>(SCRIPT, 'by-hand', url)
    const rows = await againstHand(bench, engine, hand)
    await engine.stop()
    await hand.stop()

    const few = await engineWith(RECORDS)
    const many = await engineWith(bench.scale.manyRecords)
    return [...rows, ...(await growth(bench, few.engine, many.engine))]
  },
}

async function againstHand(bench: Bench, engine: Worker<RecordsJob>, hand: Worker<RecordsJob>): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, operation, concurrency, aim } of [
    { name: 'PostgreSQL: point read', operation: 'get', concurrency: 1, aim: READS },
    { name: 'PostgreSQL: point read', operation: 'get', concurrency: 32, aim: READS },
    { name: 'PostgreSQL: insert', operation: 'insert', concurrency: 1, aim: COMMITS },
    { name: 'PostgreSQL: insert', operation: 'insert', concurrency: 32, aim: COMMITS },
    { name: 'PostgreSQL: read-modify-write', operation: 'update', concurrency: 32, aim: COMMITS },
  ] as const) {
    const job = { operation, concurrency, seconds: bench.scale.seconds, records: RECORDS }
    const { ours, byHand } = await bench.takeTurns({ ours: () => engine.run(job), byHand: () => hand.run(job) })
    rows.push(compare(`${name}, c=${concurrency}`, ours, AGAINST, byHand, aim))
  }
  return rows
}

async function growth(bench: Bench, few: Worker<RecordsJob>, many: Worker<RecordsJob>): Promise<Row[]> {
  const { seconds, manyRecords } = bench.scale
  const rows: Row[] = []
  for (const { name, operation, concurrency } of [
    { name: 'point read', operation: 'get', concurrency: 32 },
    { name: 'commit', operation: 'put', concurrency: 32 },
    { name: 'find 20 by index', operation: 'find', concurrency: 8 },
  ] as const) {
    const side =
      (engine: Worker<RecordsJob>, records: number): Side =>
      () =>
        engine.run({ operation, concurrency, seconds, records })
    const { all, hot, small } = await bench.takeTurns({
      all: side(many, manyRecords),
      hot: side(many, RECORDS),
      small: side(few, RECORDS),
    })
    const against = `of ${RECORDS}`
    const what = `PostgreSQL: ${name}, c=${concurrency},`
    rows.push(compare(`${what} any of ${manyRecords}`, all, against, small, GROWTH))
    rows.push(compare(`${what} the same ${RECORDS} of ${manyRecords}`, hot, against, small, GROWTH))
  }
  return rows
}
