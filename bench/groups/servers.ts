import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { lacksPostgres } from '../../acceptance/support/postgres.ts'
import { lacksRadosgw } from '../../acceptance/support/radosgw.ts'
import {
  type Cloudstead,
  COLLECTION,
  inParallel,
  type Places,
  signIn,
  type User,
  WEB,
  writeMasterKey,
} from '../cloudstead.ts'
import type { Bench, Group } from '../group.ts'
import type { Job, Measured, Plan } from '../job.ts'
import { compareCpu, compareGrowth, type Row, type Side } from '../measure.ts'
import { cpuMicrosOf } from '../processes.ts'
import { s3Places } from './s3-places.ts'

const KIB = 1024
const COUNTS = [1, 2, 4, 8]
const MOST = 8
const IDLE_S = 10
/** The time until the last requests have left nothing to do. */
const SETTLE_MS = 3_000
/** For each server: one with fewer requests at the same time sends less together, and each costs more. */
const CONNECTIONS = 8
const UPLOAD_CONNECTIONS = 2
const DOCUMENTS = 1000
const FILLER = 'The quick brown fox jumps over the lazy dog. '.repeat(6)
const FILES = 50
/** Requests after which a process has compiled what it runs often. */
const WARM_UP: Readonly<Record<Operation, number>> = { read: 4_000, update: 4_000, download: 4_000, upload: 200 }
/** For jobs that end with their last request. */
const LONG_S = 30
/** The cost of a request with many servers, against that with one. */
const FLAT = { ratioAtMost: 1.15 }
const REFERENCE = 'SQLite + disk'

/** Processor time per request, over all processes of the servers: it should not grow with their number. */
export const serversGroup: Group = {
  name: 'servers',
  lacks: lacksPostgres,
  async run(bench) {
    const origin = await bench.cloudstead()
    const traffic = await trafficFor(bench, origin)
    await origin.stop()
    const apart: Fleet = {
      traffic,
      servers: await several(MOST, () => bench.cloudstead({ copyOf: origin.dataDir })),
    }
    await warmUp(apart)
    const rows = await workersRows(bench, apart)

    const cluster = await bench.postgres()
    const masterKeyFile = join(bench.directory(), 'master.key')
    writeMasterKey(masterKeyFile)

    /** Servers on a new database. */
    async function sharing(where: string, place: Omit<Places, 'records'>): Promise<void> {
      const places = { ...place, records: { url: await cluster.newDatabase(), masterKeyFile } }
      const servers = await several(MOST, () => bench.cloudstead({ places }))
      const fleet: Fleet = { servers, traffic: await trafficFor(bench, servers[0]) }
      await warmUp(fleet)
      rows.push(...(await fleetRows(bench, where, fleet, apart)), ...(await idleRow(where, servers)))
      for (const server of servers) await server.stop()
    }

    await sharing('shared directory', { blobs: pathToFileURL(join(bench.directory(), 'files')).href })
    const lacks = lacksRadosgw()
    if (lacks === false) await sharing('S3', await s3Places(await bench.s3()))
    else bench.progress(`S3 left out: ${lacks}`)
    return rows
  },
}

/** One after the other: starting takes the whole core. */
async function several<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = []
  while (made.length < count) made.push(await make())
  return made
}

type Operation = 'read' | 'update' | 'download' | 'upload'

/** A call measures one operation. The servers must have the same data. */
type Traffic = Readonly<
  Record<
    Operation,
    (servers: readonly Cloudstead[], limits?: Partial<Pick<Job, 'requests' | 'seconds'>>) => Promise<Measured>
  >
>

interface Fleet {
  readonly traffic: Traffic
  readonly servers: readonly Cloudstead[]
}

const OPERATIONS: readonly (readonly [Operation, string])[] = [
  ['read', 'document read'],
  ['update', 'document update'],
  ['download', 'signed GET 10 KiB'],
  ['upload', 'upload 200 KiB'],
]

/** Puts documents and files there, through one server. */
async function trafficFor(bench: Bench, server: Cloudstead | undefined): Promise<Traffic> {
  if (!server) throw new Error('no server was started')
  const user = await signIn(server)
  await inParallel(DOCUMENTS, (n) =>
    user.call('database.addDocument', { collectionName: COLLECTION, data: { _id: `doc${n}`, n, filler: FILLER } }),
  )
  const paths = await user.signedPaths(await user.uploadFiles('picture', FILES, 10 * KIB))
  const drive = (to: readonly Cloudstead[], plan: Plan, expect?: string, limits: Partial<Job> = {}) =>
    bench.drive(to, {
      plan,
      connections: CONNECTIONS * to.length,
      requests: 200_000,
      seconds: bench.scale.seconds,
      ...limits,
      ...(expect !== undefined && { expect }),
    })
  const reads = documentReads(user)
  return {
    read: (to, limits) => drive(to, { kind: 'post', path: WEB, bodies: reads }, '"filler"', limits),
    update: (to, limits) =>
      drive(to, { kind: 'post', path: WEB, bodies: documentUpdates(user) }, '"updated":1', limits),
    download: (to, limits) => drive(to, { kind: 'get', paths }, undefined, limits),
    upload: (to, limits) => {
      const connections = UPLOAD_CONNECTIONS * to.length
      const all = { connections, requests: bench.scale.uploads / 2, seconds: LONG_S, ...limits }
      const bodies = uploadRequests(user, all.requests)
      return drive(to, { kind: 'upload', path: WEB, bodies, bytes: 200 * KIB }, undefined, all)
    },
  }
}

async function warmUp({ traffic, servers }: Fleet): Promise<void> {
  for (const server of servers) {
    for (const [operation] of OPERATIONS) {
      await traffic[operation]([server], { requests: WARM_UP[operation], seconds: LONG_S })
    }
  }
}

function documentReads(user: User): string[] {
  return Array.from({ length: DOCUMENTS }, (_, n) => user.readBody(COLLECTION, `doc${n}`))
}

let updates = 0
let uploads = 0

/**
 * New values in each call, so that every update changes its document. A value comes again after 4,000 requests, which no other
 * request waits through, not even on a busy machine.
 */
function documentUpdates(user: User): string[] {
  updates += 1
  return Array.from({ length: DOCUMENTS * 4 }, (_, n) =>
    user.updateBody(COLLECTION, `doc${n % DOCUMENTS}`, { n: updates * 1_000_000 + n }),
  )
}

/** New files in each call. */
function uploadRequests(user: User, count: number): string[] {
  return Array.from({ length: count }, () => user.uploadBody(`users/${user.uid}/new${uploads++}.jpg`))
}

/** `--workers 2` against one process, on the same engines. */
async function workersRows(bench: Bench, apart: Fleet): Promise<Row[]> {
  const server = await bench.cloudstead({ args: ['--workers', '2'] })
  const two: Fleet = { servers: [server], traffic: await trafficFor(bench, server) }
  // Twice: there are two processes.
  await warmUp({ traffic: two.traffic, servers: [server, server] })
  const rows: (Row | undefined)[] = []
  for (const [operation, name] of OPERATIONS.slice(0, 2)) {
    const { ours, reference } = await bench.takeTurns({
      ours: sideOf(two, operation, 1),
      reference: sideOf(apart, operation, 1),
    })
    rows.push(compareCpu(`${name}, --workers 2`, ours, 'one process', reference, FLAT))
  }
  await server.stop()
  return rows.filter((row) => row !== undefined)
}

/**
 * Several servers that share their data against one of them. On one core, many processes cost more per request than one
 * whatever they do: so the growth is also compared with that of servers which share nothing.
 */
async function fleetRows(bench: Bench, where: string, fleet: Fleet, apart: Fleet): Promise<Row[]> {
  const rows: (Row | undefined)[] = []
  for (const [operation, name] of OPERATIONS) {
    const sides: Record<string, Side> = {}
    for (const count of COUNTS) sides[count] = sideOf(fleet, operation, count)
    for (const count of [1, MOST]) sides[`${count} apart`] = sideOf(apart, operation, count)
    const rounds = await bench.takeTurns(sides)
    const of = (side: string) => rounds[side] ?? []
    rows.push(compareCpu(`${name}, 1 server, ${where}`, of('1'), REFERENCE, of('1 apart')))
    for (const count of COUNTS.slice(1)) {
      rows.push(compareCpu(`${name}, ${count} servers, ${where}`, of(`${count}`), '1 server', of('1'), FLAT))
    }
    const growth = { few: of('1'), many: of(`${MOST}`) }
    const others = { few: of('1 apart'), many: of(`${MOST} apart`) }
    rows.push(compareGrowth(`${name}, growth to ${MOST}, ${where}`, growth, `${MOST} that share nothing`, others, FLAT))
  }
  return rows.filter((row) => row !== undefined)
}

const sideOf =
  ({ traffic, servers }: Fleet, operation: Operation, count: number): Side =>
  () =>
    traffic[operation](servers.slice(0, count))

/** What servers do without requests. */
async function idleRow(where: string, servers: readonly Cloudstead[]): Promise<Row[]> {
  const pids = servers.map(({ pid }) => pid)
  await pause(SETTLE_MS)
  const before = cpuMicrosOf(pids)
  await pause(IDLE_S * 1000)
  const after = cpuMicrosOf(pids)
  if (before === undefined || after === undefined) return []
  const ours = (after - before) / IDLE_S / servers.length
  return [{ name: `a second of an idle server, ${where}`, unit: 'us', ours }]
}
