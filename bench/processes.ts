/** Starts and stops processes: one per side, servers on one core and the load on another. */
import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Job, Measured } from './job.ts'

const START_LIMIT_MS = 20_000
const STOP_LIMIT_MS = 10_000
/** A job may go over a million files. */
const JOB_LIMIT_MS = 600_000

/** The cores of servers and load. */
export interface Cores {
  readonly server: number
  readonly load: number
}

/** The first and the last core available to this process; undefined if there is only one, or no `taskset`. */
export function findCores(): Cores | undefined {
  if (process.platform !== 'linux' || spawnSync('taskset', ['--version']).status !== 0) return undefined
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
  const numbers = list.split(/[,-]/).map(Number)
  const [server, load] = [numbers[0], numbers.at(-1)]
  return server === undefined || load === undefined || server === load ? undefined : { server, load }
}

export interface SpawnOptions {
  readonly core?: number | undefined
  readonly ipc?: boolean
  readonly threads?: number
  readonly nodeArgs?: readonly string[]
  /** Environment variables in addition to those of this process. */
  readonly variables?: Readonly<Record<string, string>> | undefined
}

/** What runs now. It ends with this process, even if that fails: a server that is left would disturb later measurements. */
const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Runs a script with the Node of this process, pinned if `core` is given. */
function spawnNode(
  script: string,
  args: readonly string[],
  { core, ipc, threads, nodeArgs, variables }: SpawnOptions,
): ChildProcess {
  const line = [process.execPath, ...(nodeArgs ?? []), script, ...args]
  const [command = '', ...rest] = core === undefined ? line : ['taskset', '-c', String(core), ...line]
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])]
  const pool = threads === undefined ? {} : { UV_THREADPOOL_SIZE: String(threads) }
  const env = { ...process.env, ...pool, ...variables }
  const child = spawn(command, rest, { stdio, env })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

/** The path of a script, such as `ceilings/upload.ts`, from this folder. */
export function benchScript(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}

export interface Server {
  readonly url: string
  readonly pid: number
  /** Milliseconds from spawn to the ready line. */
  readonly startedInMs: number
  stop(): Promise<void>
}

/** Starts a server and waits for the line of its output with `ready` and its URL. */
export async function startServer(script: string, args: readonly string[], options: SpawnOptions): Promise<Server> {
  const began = performance.now()
  const child = spawnNode(script, args, options)
  try {
    const url = await readyUrl(child, script)
    return { url, pid: child.pid ?? 0, startedInMs: performance.now() - began, stop: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw error
  }
}

function readyUrl(child: ChildProcess, script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    let errors = ''
    const fail = (what: string) => reject(new Error(`${script} ${what}: ${errors.slice(-2000)}`))
    const timer = setTimeout(() => fail(`was not ready within ${START_LIMIT_MS} ms`), START_LIMIT_MS)
    child.once('error', reject)
    child.once('exit', (code) => {
      clearTimeout(timer)
      fail(`ended with ${code}`)
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      errors = (errors + chunk).slice(-4000)
    })
    child.stdout?.on('data', (chunk: Buffer) => {
      output = (output + chunk).slice(-4000)
      const url = /^.*\bready\b.*?(https?:\/\/[^\s/]+).*\n/m.exec(output)?.[1]
      if (url === undefined) return
      clearTimeout(timer)
      resolve(url)
    })
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  await ended
  clearTimeout(timer)
}

/** A process that runs one job at a time. */
export interface Worker<J> {
  run(job: J): Promise<Measured>
  stop(): Promise<void>
}

/** Starts the load process. */
export function startLoad(core: number | undefined): Worker<Job> {
  return startWorker(benchScript('load.ts'), [], { core })
}

/** Starts a script that answers each job with `{ measured }` or `{ error }`. */
export function startWorker<J extends object>(
  script: string,
  args: readonly string[],
  options: SpawnOptions,
): Worker<J> {
  const child = spawnNode(script, args, { ...options, ipc: true })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk).slice(-4000)
  })
  return {
    run(job) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => settle(new Error(`no result within ${JOB_LIMIT_MS} ms`)), JOB_LIMIT_MS)
        const onExit = () => settle(new Error(`${script} ended: ${errors.slice(-2000)}`))
        const onMessage = (message: { measured?: Measured; error?: string }) =>
          settle(message.measured ?? new Error(message.error ?? 'an invalid result'))
        function settle(result: Measured | Error) {
          clearTimeout(timer)
          child.off('exit', onExit).off('message', onMessage)
          if (result instanceof Error) reject(result)
          else resolve(result)
        }
        child.once('exit', onExit).once('message', onMessage)
        child.send(job)
      })
    },
    stop: () => stop(child),
  }
}

/** Length of a clock tick in /proc on Linux. */
const TICK_MICROS = 10_000
const MICROS_PER_NANO = 1 / 1000

/**
 * CPU time of some processes and of those that they have started, all threads, in microseconds. Undefined if one of them is
 * not there, or the system does not report it.
 */
export function cpuMicrosOf(pids: readonly number[]): number | undefined {
  if (pids.some((pid) => statOf(String(pid)) === undefined)) return undefined
  try {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    const children = Map.groupBy(all, (pid) => statOf(pid)?.parent)
    const total = (pid: string): number =>
      (threadMicrosOf(pid) ?? statOf(pid)?.micros ?? 0) +
      (children.get(pid) ?? []).reduce((sum, child) => sum + total(child), 0)
    return pids.reduce((sum, pid) => sum + total(String(pid)), 0)
  } catch {
    return undefined
  }
}

/**
 * The sum over the threads that a process has now, from the scheduler, which counts nanoseconds. Undefined for a process that
 * has ended, and where the kernel does not count.
 */
function threadMicrosOf(pid: string): number | undefined {
  try {
    const times = readdirSync(`/proc/${pid}/task`).map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    )
    return times.reduce((sum, nanos) => sum + nanos, 0) * MICROS_PER_NANO
  } catch {
    return undefined
  }
}

/** In ticks. Undefined for a process that has ended. */
function statOf(pid: string): { readonly parent: string; readonly micros: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may contain spaces; the parent is the second field after it, user and system time are the
    // 12th and 13th.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { parent: fields[1] ?? '', micros: (Number(fields[11]) + Number(fields[12])) * TICK_MICROS }
  } catch {
    return undefined
  }
}

/** Resident memory of a process in MB, current and peak. Undefined if the system does not report it. */
export function memoryOf(pid: number): { now: number; peak: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8')
    const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(text)?.[1]) / 1024
    return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') }
  } catch {
    return undefined
  }
}
