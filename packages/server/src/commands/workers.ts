/**
 * `--workers N`: several server processes on one port and one data directory. This process locks the directory, starts the
 * workers and replaces those that end; it serves no request itself. Each worker is a server as with several machines: the
 * records are in SQLite, which lets several processes read at once and one write.
 */
import cluster, { type Worker } from 'node:cluster'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { lockDataDir, openDataDir } from '../data-dir.ts'
import type { DataPlaces } from '../open-data.ts'
import { type Environment, UsageError } from './options.ts'
import { stopSignal } from './run-server.ts'

/** The pause before a worker that ended is replaced: one that cannot run must not use up the machine. */
const RESTART_MS = 1_000
/** So many that ended one after the other, before they listened, cannot run; whoever watches this process should know. */
const MAX_FAILED_STARTS = 10
/** Says to a process that it is a worker: it may be one of somebody else's, too. */
const MARK = 'CLOUDSTEAD_WORKER'

export interface WorkersOptions {
  readonly env: string
  readonly places: DataPlaces
  readonly count: number
  readonly log: Logger
  /** As for one server. */
  readonly ready: (lines: string) => void
}

/** What a worker tells when it listens. */
interface ReadyMessage {
  readonly ready: string
}

/** Whether this process is a worker that `runWorkers` has started. */
export function isWorker(environment: Environment): boolean {
  return cluster.isWorker && environment[MARK] === '1'
}

/** The first worker makes the sign-in link and prepares the data, before the others start. */
export function isFirstWorker(): boolean {
  return cluster.worker === undefined || cluster.worker.id === 1
}

/** Tells the process that started this worker the lines to print, and ends this process with it. */
export function tellReady(lines: string): void {
  const message: ReadyMessage = { ready: lines }
  process.send?.(message)
}

/**
 * Ends this worker at once when the process that started it is gone: its lock on the data directory is gone, too.
 *
 * @returns lets go of the other process, so that this one can end
 */
export function endWithParent(): () => void {
  const end = () => process.exit(1)
  process.once('disconnect', end)
  return () => {
    process.off('disconnect', end)
    process.channel?.unref()
  }
}

/**
 * Runs workers until SIGTERM or SIGINT, then stops them. Resolves to the exit code: that of a worker which could not start.
 *
 * @throws DataDirInUseError when another server uses the data directory
 */
export async function runWorkers({ env, places, count, log, ready }: WorkersOptions): Promise<number> {
  if (!cluster.isPrimary)
    throw new UsageError('--workers does not work under a process manager in cluster mode: leave it out')
  const unlock = places.records ? undefined : lockDataDir(openDataDir(places.dataDir, env))
  const running = new Set<Worker>()
  /** Workers that end are replaced after all have begun, and until they are to stop. */
  let isServing = false
  let failedStarts = 0
  const gaveUp = Promise.withResolvers<number>()
  const stopped = stopSignal()

  /** Resolves to what the worker tells when it listens, or to its exit code when it ends before. */
  async function start(): Promise<ReadyMessage | number> {
    const worker = cluster.fork({ [MARK]: '1' })
    running.add(worker)
    const told = Promise.withResolvers<ReadyMessage | number>()
    worker.once('message', (message: ReadyMessage) => told.resolve(message))
    worker.once('exit', (code, signal) => {
      running.delete(worker)
      told.resolve(code || 1)
      if (isServing) void replace(worker.id, code, signal)
    })
    return told.promise
  }

  async function replace(worker: number, code: number | null, signal: string | null): Promise<void> {
    log.error({ worker, code, signal }, 'a worker ended; another one takes its place')
    await setTimeout(RESTART_MS)
    if (isServing) await startAnother()
  }

  async function startAnother(): Promise<void> {
    failedStarts = typeof (await start()) === 'number' ? failedStarts + 1 : 0
    if (failedStarts >= MAX_FAILED_STARTS) gaveUp.resolve(1)
  }

  async function startAll(): Promise<number> {
    const first = await start()
    if (typeof first === 'number') return first
    for (const other of await Promise.all(Array.from({ length: count - 1 }, start))) {
      if (typeof other === 'number') return other
    }
    isServing = true
    ready(first.ready)
    // For those that have ended meanwhile.
    for (let missing = count - running.size; missing > 0; missing -= 1) void startAnother()
    return 0
  }

  const code = await Promise.race([startAll(), stopped.then(() => 0)])
  const final = code === 0 ? await Promise.race([stopped.then(() => 0), gaveUp.promise]) : code
  isServing = false
  await Promise.all([...running].map(stop))
  unlock?.()
  return final
}

async function stop(worker: Worker): Promise<void> {
  const ended = new Promise((done) => worker.once('exit', done))
  worker.process.kill('SIGTERM')
  await ended
}
