/** What a group of measurements works with. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Cloudstead, type StorageAcl, startCloudstead } from './cloudstead.ts'
import type { Job, Measured } from './job.ts'
import { type Rounds, type Row, type Side, takeTurns } from './measure.ts'
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

export interface Group {
  readonly name: string
  run(bench: Bench): Promise<Row[]>
}

/** How long and how often each side is measured. */
export interface Scale {
  readonly rounds: number
  /** Maximum seconds per side and round. */
  readonly seconds: number
  /** Maximum uploads of 200 KiB per side and round; limits what is written to disk. */
  readonly uploads: number
}

export const FULL: Scale = { rounds: 9, seconds: 1, uploads: 600 }
export const QUICK: Scale = { rounds: 3, seconds: 0.5, uploads: 300 }

export interface Bench {
  readonly scale: Scale
  /** Runs a load job against a server. */
  drive(server: Server, job: Omit<Job, 'url'>): Promise<Measured>
  /** A new empty directory on the disk that is measured. */
  directory(): string
  progress(line: string): void
  /** The server under test on an empty data directory, with private files by default. Stopped when the group ends. */
  cloudstead(acl?: StorageAcl): Promise<Cloudstead>
  /** A bare server of `ceilings/`. Stopped when the group ends. */
  ceiling(name: string, ...args: string[]): Promise<Server>
  /** A process of `ceilings/` without HTTP. Stopped when the group ends. */
  inProcess<J extends object>(name: string, ...args: string[]): Worker<J>
  takeTurns<Name extends string>(sides: Readonly<Record<Name, Side>>): Promise<Rounds<Name>>
  /** Starts the server on any core, to measure the start. */
  startUnpinned(dataDir: string): Promise<Server>
  startBare(name: string): Promise<Server>
}

export interface BenchOptions {
  readonly scale: Scale
  readonly load: Worker<Job>
  readonly cores: Cores | undefined
  /** A directory for this group; removed afterwards. */
  readonly directory: string
  readonly progress: (line: string) => void
  /** Node options for the server under test, such as those of a profiler. */
  readonly nodeArgs: readonly string[]
}

/** Runs one group, then stops its processes and removes its files, even after an error. */
export async function runGroup(
  group: Group,
  { scale, load, cores, directory, progress, nodeArgs }: BenchOptions,
): Promise<Row[]> {
  const started: { stop(): Promise<void> }[] = []
  const core = cores?.server
  let directories = 0

  async function keep<S extends Server>(starting: Promise<S>): Promise<S> {
    const server = await starting
    started.push(server)
    return server
  }

  const bench: Bench = {
    scale,
    progress,
    async drive(server, job) {
      const before = cpuMicrosOf(server.pid)
      const measured = await load.run({ ...job, url: server.url })
      const after = cpuMicrosOf(server.pid)
      if (before === undefined || after === undefined) return measured
      return { ...measured, serverCpuMicros: (after - before) / measured.requests }
    },
    directory() {
      const path = join(directory, String(++directories))
      mkdirSync(path, { recursive: true })
      return path
    },
    cloudstead: (acl) => keep(startCloudstead(join(bench.directory(), 'data'), { core, nodeArgs }, acl)),
    ceiling: (name, ...args) => keep(startServer(benchScript(`ceilings/${name}.ts`), args, { core, threads: THREADS })),
    inProcess(name, ...args) {
      const worker = startWorker<never>(benchScript(`ceilings/${name}.ts`), args, { core })
      started.push(worker)
      return worker
    },
    takeTurns: (sides) => takeTurns(scale.rounds, sides, progress),
    startUnpinned: (dataDir) => keep(startCloudstead(dataDir, {})),
    startBare: (name) => keep(startServer(benchScript(`ceilings/${name}.ts`), [], {})),
  }

  try {
    return await group.run(bench)
  } finally {
    for (const { stop } of started.toReversed()) await stop()
    rmSync(directory, { recursive: true, force: true })
  }
}
