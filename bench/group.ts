/** What a group of measurements works with. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Cluster, startCluster } from '../acceptance/support/postgres.ts'
import { type Radosgw, startRadosgw } from '../acceptance/support/radosgw.ts'
import { type Cloudstead, type CloudsteadOptions, startCloudstead } from './cloudstead.ts'
import type { Job, Measured } from './job.ts'
import { type Rounds, type Row, type Sides, takeTurns } from './measure.ts'
import {
  benchScript,
  type Cores,
  cpuMicrosOf,
  type Server,
  startServer,
  startWorker,
  type Worker,
} from './processes.ts'

/** Uploads use the thread pool, one thread each; the ceiling gets as many threads as the server has. */
const THREADS = 16

/** Commits are durable, as they are on a server that is not for tests. */
const POSTGRES = { fsync: 'on', shared_buffers: '1GB', max_connections: 200 }
const FROM_SOURCE = ['--conditions=@cloudstead/source', '--disable-warning=ExperimentalWarning']

export interface Group {
  readonly name: string
  /** The reason why it cannot run on this machine, or false. Without it the group runs everywhere. */
  readonly lacks?: () => string | false
  run(bench: Bench): Promise<Row[]>
  /** Measures the same on the server of another checkout. Without it the group cannot compare checkouts. */
  readonly against?: (bench: Bench, checkout: string) => Promise<Row[]>
}

/** How long and how often each side is measured. */
export interface Scale {
  readonly rounds: number
  /** Maximum seconds per side and round. */
  readonly seconds: number
  /** Maximum uploads of 200 KiB per side and round; limits what is written to disk. */
  readonly uploads: number
  /** Records of a large database. */
  readonly manyRecords: number
  /** Files, and documents, of a large data directory. */
  readonly manyFiles: number
}

export const FULL: Scale = { rounds: 9, seconds: 1, uploads: 600, manyRecords: 1_000_000, manyFiles: 1_000_000 }
export const QUICK: Scale = { rounds: 3, seconds: 0.5, uploads: 300, manyRecords: 300_000, manyFiles: 100_000 }

export interface Bench {
  readonly scale: Scale
  /** Runs a load job against a server, or several. */
  drive(server: Server | readonly Server[], job: Omit<Job, 'urls'>): Promise<Measured>
  /** A new empty directory on the disk that is measured. */
  directory(): string
  progress(line: string): void
  /** Runs a part of a group. What it starts is stopped when it ends. */
  part<T>(run: () => Promise<T>): Promise<T>
  /** A server on an empty data directory, of this checkout unless another is given. Stopped when the group ends. */
  cloudstead(options?: CloudsteadOptions): Promise<Cloudstead>
  /** PostgreSQL, on any core, with durable commits and room for the data in its memory. Stopped when the group ends. */
  postgres(): Promise<Cluster>
  /** An S3 store that keeps its objects in memory, on any core. Stopped when the group ends. */
  s3(): Promise<Radosgw>
  /** A bare server of `ceilings/`. Stopped when the group ends. */
  ceiling(name: string, ...args: string[]): Promise<Server>
  /** A process of `ceilings/` without HTTP. Stopped when the group ends. */
  inProcess<J extends object>(name: string, ...args: string[]): Worker<J>
  /** A process of `packages/`, run from its source, on any core. Stopped when the group ends. */
  inPackage<J extends object>(path: string, ...args: string[]): Worker<J>
  takeTurns<Name extends string>(sides: Sides<Name>): Promise<Rounds<Name>>
}

export interface BenchOptions {
  readonly scale: Scale
  readonly load: Worker<Job>
  readonly cores: Cores | undefined
  /** A directory for this group; removed afterwards. */
  readonly directory: string
  /** The directory of the disk that is measured. Every user can enter it. */
  readonly disk: string
  readonly progress: (line: string) => void
  /** Node options for the server under test, such as those of a profiler. */
  readonly nodeArgs: readonly string[]
  /** Another checkout, whose server takes the place of the ceilings. */
  readonly against: string | undefined
}

/** Runs one group, then stops its processes and removes its files, even after an error. */
export async function runGroup(
  group: Group,
  { scale, load, cores, directory, disk, progress, nodeArgs, against }: BenchOptions,
): Promise<Row[]> {
  const started: { stop(): Promise<void> }[] = []
  const core = cores?.server
  let directories = 0

  /** Stops what was started, the last first, except for the first few. */
  async function stopAllBut(count: number): Promise<void> {
    for (const { stop } of started.splice(count).toReversed()) await stop()
  }

  async function keep<S extends Server>(starting: Promise<S>): Promise<S> {
    const server = await starting
    started.push(server)
    return server
  }

  const bench: Bench = {
    scale,
    progress,
    async drive(server, job) {
      const servers = [server].flat()
      const pids = servers.map(({ pid }) => pid)
      const before = cpuMicrosOf(pids)
      const measured = await load.run({ ...job, urls: servers.map(({ url }) => url) })
      const after = cpuMicrosOf(pids)
      if (before === undefined || after === undefined) return measured
      return { ...measured, serverCpuMicros: (after - before) / measured.requests }
    },
    directory() {
      const path = join(directory, String(++directories))
      mkdirSync(path, { recursive: true })
      return path
    },
    async part(run) {
      const before = started.length
      try {
        return await run()
      } finally {
        await stopAllBut(before)
      }
    },
    cloudstead: (options = {}) => {
      const dataDir = options.dataDir ?? join(bench.directory(), 'data')
      return keep(startCloudstead(dataDir, { core, nodeArgs }, options))
    },
    async postgres() {
      const cluster = await startCluster({ parent: disk, settings: POSTGRES })
      started.push({ stop: cluster.dispose })
      return cluster
    },
    async s3() {
      const store = await startRadosgw()
      started.push({ stop: store.dispose })
      return store
    },
    ceiling: (name, ...args) => keep(startServer(benchScript(`ceilings/${name}.ts`), args, { core, threads: THREADS })),
    inProcess(name, ...args) {
      const worker = startWorker<never>(benchScript(`ceilings/${name}.ts`), args, { core })
      started.push(worker)
      return worker
    },
    inPackage(path, ...args) {
      const worker = startWorker<never>(benchScript(`../packages/${path}`), args, {
        nodeArgs: [...FROM_SOURCE, ...nodeArgs],
      })
      started.push(worker)
      return worker
    },
    takeTurns: (sides) => takeTurns(scale.rounds, sides, progress),
  }

  try {
    return await (against === undefined ? group.run(bench) : (group.against?.(bench, against) ?? []))
  } finally {
    await stopAllBut(0)
    rmSync(directory, { recursive: true, force: true })
  }
}
