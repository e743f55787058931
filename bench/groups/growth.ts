import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type Cloudstead,
  type CloudsteadOptions,
  COLLECTION,
  ENV,
  newApiKey,
  signInCustom,
  type User,
  WEB,
} from '../cloudstead.ts'
import type { Bench, Group } from '../group.ts'
import type { Job, Measured } from '../job.ts'
import { compareCpu, type Row, type Side, takeTurns } from '../measure.ts'
import { cpuMicrosOf, type Worker } from '../processes.ts'
import { firstAnswerMs } from './start.ts'

/** A job of the script, which says more about the operations. */
type DataJob =
  | { readonly operation: 'fill'; readonly from: number; readonly to: number }
  | { readonly operation: 'usage' | 'sweep' | 'verify'; readonly seconds: number }

const SCRIPT = 'server/src/growth.fixture.ts'
/** What the script puts there: files of this user, in folders, and documents in groups. */
const OWNER = 'alice'
const FILES_PER_FOLDER = 100
const DOCUMENTS_PER_GROUP = 20

const FEW = 1_000
/** Files and documents of one job while a directory is filled. */
const PORTION = 50_000
/** Each goes over everything. */
const WHOLE_ROUNDS = 3
const FLAT = { ratioAtMost: 1.2 }
const START = { ratioAtMost: 1.3 }
/** Everybody may do everything, so that a query is restricted only by what it asks for. */
const OPEN = { acl: { read: true, write: true }, indexes: ['group'] }

const PER_CALL = 50
const UPLOAD_BYTES = 10 * 1024
/** A prime: the operations go to numbers that are far apart, and to all of them. */
const STEP = 7919
const IDLE_MS = 1_000
/** Of the processor time of an idle server. */
const IDLE_SHARE = 0.05
const IDLE_LIMIT_MS = 120_000

/** Processor time per operation with many files and documents, against that with few. */
export const growthGroup: Group = {
  name: 'growth',
  async run(bench) {
    const few = await seeded(bench, FEW)
    const many = await seeded(bench, bench.scale.manyFiles)
    return [
      ...(await bench.part(() => wholeRows(bench, few, many))),
      ...(await startRow(bench, few, many)),
      ...(await requestRows(bench, few, many)),
    ]
  },
}

/** A data directory that was filled before any server had it. */
interface Seeded {
  readonly count: number
  readonly options: CloudsteadOptions & { readonly dataDir: string }
}

async function seeded(bench: Bench, count: number): Promise<Seeded> {
  const dataDir = join(bench.directory(), 'data')
  const seed: Seeded = { count, options: { dataDir, collection: OPEN } }
  await bench.part(async () => {
    const script = open(bench, seed)
    for (let from = 0; from < count; from += PORTION) {
      const to = Math.min(count, from + PORTION)
      const { seconds } = await script.run({ operation: 'fill', from, to })
      bench.progress(`${to} of ${count} files and documents are there; the last took ${seconds.toFixed(1)} s`)
    }
  })
  return seed
}

function open(bench: Bench, { options }: Seeded): Worker<DataJob> {
  return bench.inPackage<DataJob>(SCRIPT, ENV, options.dataDir, COLLECTION)
}

/** What goes over all files, in process: per file. */
async function wholeRows(bench: Bench, few: Seeded, many: Seeded): Promise<Row[]> {
  const [small, large] = [open(bench, few), open(bench, many)]
  const rows: (Row | undefined)[] = []
  for (const operation of ['usage', 'sweep', 'verify'] as const) {
    bench.progress(operation)
    const job = { operation, seconds: bench.scale.seconds }
    const sides = { all: () => large.run(job), small: () => small.run(job) }
    const { all, small: against } = await takeTurns(WHOLE_ROUNDS, sides, bench.progress)
    rows.push(compareCpu(`${operation}, per file of ${many.count}`, all, `of ${FEW}`, against, FLAT))
  }
  return rows.filter((row) => row !== undefined)
}

async function startRow(bench: Bench, few: Seeded, many: Seeded): Promise<Row[]> {
  bench.progress('start')
  const start =
    ({ options }: Seeded): Side =>
    () =>
      bench.part(async () => {
        const server = await bench.cloudstead(options)
        const ms = server.startedInMs + (await firstAnswerMs(server))
        const micros = cpuMicrosOf([server.pid])
        return { requests: 1, seconds: ms / 1000, p50: ms, p99: ms, ...(micros && { serverCpuMicros: micros }) }
      })
  const { all, small } = await bench.takeTurns({ all: start(many), small: start(few) })
  const row = compareCpu(`cold start, to the first answer, with ${many.count}`, all, `with ${FEW}`, small, START)
  return row === undefined ? [] : [row]
}

/** A server on such a directory, and who uses it. */
interface Client {
  readonly server: Cloudstead
  readonly user: User
  readonly apiKey: string
  /** What stands before the path in a fileID. */
  readonly fileIdHead: string
}

async function clientOf(bench: Bench, { options }: Seeded): Promise<Client> {
  const server = await bench.cloudstead(options)
  const user = await signInCustom(server, OWNER)
  const [ticket] = await user.uploadTickets('', 1)
  const fileIdHead = ticket?.fileId.slice(0, ticket.fileId.indexOf('/users/') + 1) ?? ''
  const client = { server, user, apiKey: newApiKey(server), fileIdHead }
  await untilIdle(bench, server)
  return client
}

/** A server that has started looks through its data once, in the background. */
async function untilIdle(bench: Bench, { pid }: Cloudstead): Promise<void> {
  const began = performance.now()
  for (let busy = true; busy; ) {
    const before = cpuMicrosOf([pid]) ?? 0
    await pause(IDLE_MS)
    busy = (cpuMicrosOf([pid]) ?? 0) - before > IDLE_SHARE * IDLE_MS * 1000
    if (performance.now() - began > IDLE_LIMIT_MS) throw new Error('the server is never idle')
  }
  bench.progress(`idle ${((performance.now() - began) / 1000).toFixed(0)} s after the start`)
}

/** Measures an operation that goes to some of these numbers. */
type Operation = (bench: Bench, client: Client, numbers: readonly number[]) => Promise<Measured>

interface Line {
  readonly name: string
  /** The numbers of one round: more than are needed, because a list is used again from its beginning. */
  readonly numbers: number
  readonly measure: Operation
}

const LINES: readonly Line[] = [
  {
    name: '50 temporary URLs',
    numbers: 50_000,
    measure(bench, client, numbers) {
      const bodies = Array.from({ length: numbers.length / PER_CALL }, (_, call) => {
        const chosen = numbers.slice(call * PER_CALL, (call + 1) * PER_CALL).map((n) => fileIdOf(client, n))
        const file_list = chosen.map((fileid) => ({ fileid, max_age: 7200 }))
        return client.user.body('storage.batchGetDownloadUrl', { file_list })
      })
      return post(bench, client, bodies, 'sign=', 16)
    },
  },
  {
    name: 'signed GET 10 KiB',
    numbers: 10_000,
    async measure(bench, client, numbers) {
      const paths = await client.user.signedPaths(numbers.map((n) => fileIdOf(client, n)))
      return drive(bench, client, { plan: { kind: 'get', paths }, connections: 32 })
    },
  },
  {
    name: 'document read',
    numbers: 20_000,
    measure(bench, client, numbers) {
      const bodies = numbers.map((n) => client.user.readBody(COLLECTION, `doc${n}`))
      return post(bench, client, bodies, '"filler"', 32)
    },
  },
  {
    name: 'document update',
    numbers: 20_000,
    measure(bench, client, numbers) {
      const bodies = numbers.map((n) => client.user.updateBody(COLLECTION, `doc${n}`, { n: nextNew() }))
      return post(bench, client, bodies, '"updated":1', 32)
    },
  },
  {
    name: 'query of 20 by index',
    numbers: 5_000,
    measure(bench, client, numbers) {
      const bodies = numbers.map((n) =>
        client.user.body('database.queryDocument', {
          collectionName: COLLECTION,
          query: { group: Math.floor(n / DOCUMENTS_PER_GROUP) },
          queryType: 'WHERE',
          multi: true,
          limit: DOCUMENTS_PER_GROUP,
          projection: {},
        }),
      )
      return post(bench, client, bodies, '"filler"', 8)
    },
  },
  {
    name: 'folder of 100, first page by name',
    numbers: 5_000,
    measure(bench, client, numbers) {
      const paths = numbers.map((n) => {
        const folder = encodeURIComponent(`${folderOf(n)}/`)
        return `/console/api/storage/files?folder=${folder}&sort=name&limit=${FILES_PER_FOLDER}`
      })
      const plan = { kind: 'get', paths, token: client.apiKey } as const
      return drive(bench, client, { plan, expect: 'picture', connections: 8 })
    },
  },
]

/** New files, of which there is no choice. The last, since they come in addition. */
const UPLOAD = 'upload 10 KiB, both legs'

async function upload(bench: Bench, client: Client): Promise<Measured> {
  const { uploads, seconds } = bench.scale
  const bodies = Array.from({ length: uploads }, () =>
    client.user.uploadBody(`users/${client.user.uid}/new${nextNew()}.jpg`),
  )
  const plan = { kind: 'upload', path: WEB, bodies, bytes: UPLOAD_BYTES } as const
  return drive(bench, client, { plan, connections: 32, seconds: seconds * 3 })
}

async function requestRows(bench: Bench, few: Seeded, many: Seeded): Promise<Row[]> {
  const [small, large] = [await clientOf(bench, few), await clientOf(bench, many)]
  const against = `of ${FEW}`
  const rows: (Row | undefined)[] = []
  for (const { name, numbers, measure } of LINES) {
    bench.progress(name)
    const side =
      (client: Client, count: number): Side =>
      (round) =>
        measure(bench, client, numbersOf(round, numbers, count))
    // One after the other: what goes to all would push the same few out of the caches.
    for (const [what, count] of [
      [`the same ${FEW} of ${many.count}`, FEW],
      [`any of ${many.count}`, many.count],
    ] as const) {
      const rounds = await bench.takeTurns({ large: side(large, count), small: side(small, FEW) })
      rows.push(compareCpu(`${name}, ${what}`, rounds.large, against, rounds.small, FLAT))
    }
  }
  bench.progress(UPLOAD)
  const rounds = await bench.takeTurns({ all: () => upload(bench, large), small: () => upload(bench, small) })
  rows.push(compareCpu(`${UPLOAD}, beside ${many.count}`, rounds.all, `beside ${FEW}`, rounds.small, FLAT))
  return rows.filter((row) => row !== undefined)
}

/** Below `count`. Those of another round are others, as far as there are others. */
function numbersOf(round: number, length: number, count: number): number[] {
  return Array.from({ length }, (_, at) => ((round * length + at) * STEP) % count)
}

let made = 0

/** A number that was not used before. */
function nextNew(): number {
  made += 1
  return 1e9 + made
}

function folderOf(n: number): string {
  return `users/${OWNER}/${Math.floor(n / FILES_PER_FOLDER)}`
}

function fileIdOf({ fileIdHead }: Client, n: number): string {
  return `${fileIdHead}${folderOf(n)}/picture${n}.jpg`
}

function post(bench: Bench, client: Client, bodies: readonly string[], expect: string, connections: number) {
  return drive(bench, client, { plan: { kind: 'post', path: WEB, bodies }, expect, connections })
}

function drive(
  bench: Bench,
  { server }: Client,
  job: Pick<Job, 'plan' | 'connections'> & Partial<Job>,
): Promise<Measured> {
  return bench.drive(server, { seconds: bench.scale.seconds, requests: 200_000, ...job })
}
