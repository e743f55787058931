/**
 * Measures the engine, or the same statements by hand, for `bench/groups/postgres.ts`. Takes jobs over IPC; one at a time.
 * Usage: bench.fixture.ts engine|by-hand URL
 */
import pg from 'pg'
import { packEntries } from '../entry-list.ts'
import type { CommitResult, IndexEntry, PutWrite, RecordKey } from '../records.ts'
import { type Cells, openByHand } from './by-hand.fixture.ts'
import { openPostgresRecords } from './postgres-records.ts'

/** The operations of both sides. */
interface Side {
  get(at: number): Promise<void>
  /** Inserts a record that is expected not to exist. */
  insert(at: number): Promise<void>
  /** Writes a record that exists, without a look at it. */
  put(at: number): Promise<void>
  /** Reads a record, and writes it with the version that was read. */
  update(at: number): Promise<void>
  /** Finds a page by the index. */
  find(at: number): Promise<void>
}

type Job =
  | {
      readonly operation: keyof Side
      readonly concurrency: number
      readonly seconds: number
      /** Records of the numbers below this one are read and changed. */
      readonly records: number
    }
  /** Puts the records of these numbers there; only for the engine. */
  | { readonly operation: 'fill'; readonly from: number; readonly to: number }
  /** Leaves nothing to do for the background processes of the server. */
  | { readonly operation: 'settle' }

const SPACE = 'doc:bench'
const INDEX = 'number'
/** With this a value has about 330 bytes. */
const FILLER = 'The quick brown fox jumps over the lazy dog. '.repeat(6)
const PAGE = 20
/** Records of one commit while the store is filled. */
const FILL = 2_000
/** Operations whose arguments are made before the clock starts: more than are done in a second. */
const PREPARED = 40_000
/** A prime: the operations go to records that are far apart, and to all of them. */
const STEP = 7919

const [kind = '', url = ''] = process.argv.slice(2)
let inserted = 0

const idOf = (number: number): string => `doc${number}`

function keyOf(number: number): Buffer {
  const key = Buffer.alloc(8)
  key.writeBigUInt64BE(BigInt(number))
  return key
}

function writeOf(number: number, n = number): PutWrite {
  const entries: IndexEntry[] = [{ index: INDEX, key: keyOf(number) }]
  const value = JSON.stringify({ _id: idOf(number), n, filler: FILLER })
  return { op: 'put', space: SPACE, id: idOf(number), value, entries }
}

function cellsOf({ space, id, value, entries }: PutWrite): Cells {
  const [{ index, key } = { index: '', key: Buffer.alloc(0) }] = entries
  return {
    space: Buffer.from(space),
    id: Buffer.from(id),
    entries: Buffer.from(packEntries(entries)),
    bytes: Buffer.byteLength(value),
    value,
    index: Buffer.from(index),
    key: Buffer.from(key),
  }
}

function found<T>(record: T | undefined): T {
  if (record === undefined) throw new Error('a record is missing')
  return record
}

async function done(commit: Promise<CommitResult>): Promise<void> {
  if (!(await commit).done) throw new Error('a commit was refused')
}

const engine = kind === 'engine' ? await openPostgresRecords({ url }) : undefined
const hand = kind === 'by-hand' ? await openByHand(url) : undefined

function engineSide(writes: readonly PutWrite[]): Side {
  const records = found(engine)
  const at = (n: number) => found(writes[n % writes.length])
  const get = async (key: RecordKey) => found((await records.get([key]))[0])
  return {
    async get(n) {
      await get(at(n))
    },
    insert: (n) => done(records.commit([at(n)], [{ space: SPACE, id: at(n).id, version: null }])),
    put: (n) => done(records.commit([at(n)])),
    async update(n) {
      const { version } = await get(at(n))
      await done(records.commit([at(n)], [{ space: SPACE, id: at(n).id, version }]))
    },
    async find(n) {
      const [entry] = at(n).entries
      const ranges = [{ from: { key: found(entry).key, inclusive: true } }]
      await records.find({ space: SPACE, index: INDEX, ranges, limit: PAGE })
    },
  }
}

function handSide(writes: readonly PutWrite[]): Side {
  const statements = found(hand)
  const cells = writes.map(cellsOf)
  const at = (n: number) => found(cells[n % cells.length])
  const get = async ({ space, id }: Cells) => found(await statements.get(space, id))
  return {
    async get(n) {
      await get(at(n))
    },
    insert: (n) => statements.write('insert', at(n)),
    put: (n) => statements.write('update', at(n)),
    async update(n) {
      await get(at(n))
      await statements.write('update', at(n))
    },
    find: () => Promise.reject(new Error('only the engine finds')),
  }
}

async function fill(from: number, to: number): Promise<void> {
  const records = found(engine)
  for (let start = from; start < to; start += FILL) {
    const count = Math.min(FILL, to - start)
    await done(records.commit(Array.from({ length: count }, (_, at) => writeOf(start + at))))
  }
}

async function settle(): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of ['VACUUM ANALYZE', 'CHECKPOINT']) await client.query(statement)
  await client.end()
}

async function measure(job: Job): Promise<object> {
  if (job.operation === 'fill') {
    await fill(job.from, job.to)
    return { requests: job.to - job.from, seconds: 1 }
  }
  if (job.operation === 'settle') {
    await settle()
    return { requests: 1, seconds: 1 }
  }
  const { operation, concurrency, seconds, records } = job
  const writes = Array.from({ length: PREPARED }, (_, n) =>
    operation === 'insert' ? writeOf(1e9 + inserted++) : writeOf((n * STEP) % records, n),
  )
  const run = (engine ? engineSide(writes) : handSide(writes))[operation]
  const latencies: number[] = []
  let next = 0
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  const end = start + seconds * 1000
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let began = start; began < end && (operation !== 'insert' || next < PREPARED); ) {
        await run(next++)
        const ended = performance.now()
        latencies.push(ended - began)
        began = ended
      }
    }),
  )
  const elapsed = performance.now() - start
  const { user, system } = process.cpuUsage(cpuBefore)
  latencies.sort((a, b) => a - b)
  const share = (part: number) => latencies[Math.floor(latencies.length * part)]
  return {
    requests: latencies.length,
    seconds: elapsed / 1000,
    p50: share(0.5),
    p99: share(0.99),
    serverCpuMicros: (user + system) / latencies.length,
  }
}

process.on('message', (job: Job) => {
  measure(job).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) => process.send?.({ error: (error as Error).stack }),
  )
})
process.on('disconnect', () => process.exit(0))
process.once('SIGTERM', () => process.exit(0))
