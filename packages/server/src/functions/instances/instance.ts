/** One function process, from its start to its end. It runs one call at a time. */
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { LogLine, ThrownError } from '../call.ts'
import type { FunctionDefinition } from '../definition.ts'
import type { CallEnd, CallMessage, Detour, HostMessage } from '../host/messages.ts'
import { contextOptions } from './environment.ts'
import { startProcess } from './function-process.ts'
import { createOutput } from './output.ts'

/** Of loading the file of a function and what it requires. */
const LOAD_MS = 10_000
/** Bytes of a result, as on the platform. */
const MAX_RESULT_BYTES = 6 * 1024 * 1024
/** What Node itself needs beside the memory of the function. */
const NODE_MB = 64
const MEMORY_EVERY_MS = 100
/** In less time, nobody fills much memory. */
const SHORT_MS = 10
/** Of the limit of memory: what has grown so far fills the rest soon. */
const NEARLY = 0.9
/** Times the memory after the first calls. */
const GROWN = 1.25
/** How long the last output of a call may take to arrive after its result. */
const OUTPUT_MS = 250
const MB = 1024 * 1024
const PAGE_BYTES = 4096
/** Enough of the last output of a process to see why V8 has ended it. */
const TAIL = 2000

/** How a call has ended, as the server saw it. */
type Outcome =
  | CallEnd
  | { readonly type: 'timeout' }
  | { readonly type: 'memory' }
  | {
      readonly type: 'ended'
      readonly error: ThrownError
      /** Whether the function was called at all. */
      readonly begun: boolean
    }

export interface InstanceOptions {
  /** The id of the environment. */
  readonly env: string
  readonly definition: FunctionDefinition
  readonly environment: Readonly<Record<string, string>>
  /** The only directory that it may write to. */
  readonly scratch: string
  readonly detours: readonly Detour[]
  /** Each line that it writes. */
  readonly line: (line: LogLine) => void
  readonly started: (pid: number) => void
  readonly ended: () => void
}

export interface Instance {
  readonly definition: FunctionDefinition
  readonly pid: number | undefined
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** When its last call has ended, or it was loaded. */
  readonly idleSince: number
  readonly busy: boolean
  readonly alive: boolean
  /** Resolves when calls can be made. @throws LoadError */
  readonly loaded: Promise<void>
  /** Whether a file that it has loaded has changed since. */
  isStale(): boolean
  /** @returns the end of the call, and its lines, to which later ones are added until the next call */
  call(message: Omit<CallMessage, 'call'>): { readonly outcome: Promise<Outcome>; readonly lines: readonly LogLine[] }
  /** The resident memory in MB, of a process that has ended the last known; 0 when it is not known. */
  memoryMB(): number
  /** Ends it at once. */
  kill(): void
  /** Resolves when the process has ended. */
  readonly gone: Promise<unknown>
}

/** The file of a function could not be loaded. */
export class LoadError extends Error {
  override readonly name = 'LoadError'
  readonly thrown: ThrownError
  readonly lines: readonly LogLine[]

  constructor(thrown: ThrownError, lines: readonly LogLine[]) {
    super(thrown.message)
    this.thrown = thrown
    this.lines = lines
  }
}

export function startInstance(options: InstanceOptions): Instance {
  const { definition, environment, scratch, detours } = options
  const mark = `\u0000${randomBytes(12).toString('hex')}\n`
  const startedAt = Date.now()
  const seen = new Map<string, string>()
  let idleSince = startedAt
  let alive = true
  let tail = ''
  let memoryBytes = 0
  let firstBytes: number | undefined
  let measuredAt = Number.NEGATIVE_INFINITY
  let uncaught: ThrownError | undefined
  let made = 0
  let lastBegun = Number.POSITIVE_INFINITY
  let closed = false
  let finish: ((outcome: Outcome) => void) | undefined

  const output = createOutput({ mark, now: Date.now, line: options.line })
  const loading = Promise.withResolvers<void>()
  // Whoever waits for it hears of it.
  loading.promise.catch(() => {})
  const loadTimer = setTimeout(
    () => failed({ name: 'Error', message: `the function was not loaded within ${LOAD_MS / 1000} s` }),
    LOAD_MS,
  )
  const child = startProcess({
    definition,
    environment,
    scratch,
    host: {
      context: contextOptions(definition, options.env),
      directory: definition.directory,
      file: definition.file,
      exported: definition.exported,
      maxResultBytes: MAX_RESULT_BYTES,
      signals: !definition.sandbox || definition.allow.includes('child-process'),
      mark,
      detours,
    },
    output(stream, text) {
      if (stream === 'stderr') tail = (tail + text).slice(-TAIL)
      output.push(stream, text)
    },
    received,
    closing() {
      alive = false
    },
    failed: (error) => failed({ name: error.name, message: error.message }),
    ended(code, signal) {
      alive = false
      closed = true
      uncaught ??= endedError(code, signal)
      output.end()
      options.ended()
      if (/heap out of memory/.test(tail)) finish?.({ type: 'memory' })
      else finishEnded(uncaught)
      failed(uncaught)
    },
  })
  if (child.pid !== undefined) options.started(child.pid)

  function received(message: HostMessage): void {
    switch (message.type) {
      case 'loaded':
        clearTimeout(loadTimer)
        noteFiles(message.files)
        idleSince = Date.now()
        loading.resolve()
        break
      case 'not-loaded':
        failed(message.error)
        break
      case 'uncaught':
        // It ends by itself, after what it has written.
        alive = false
        uncaught ??= message.error
        break
      case 'memory':
        memoryBytes = message.bytes
        break
      case 'left':
        lastBegun = message.call
        break
      default: {
        const { files, marked, call: number, ...end } = message
        if (number !== made) return
        noteFiles(files)
        const called = finish
        if (!marked) called?.(end)
        else {
          void within(output.marked(), OUTPUT_MS).then(() => {
            if (finish === called) called?.(end)
          })
        }
      }
    }
  }

  function finishEnded(error: ThrownError): void {
    finish?.({ type: 'ended', error, begun: lastBegun >= made })
  }

  function failed(thrown: ThrownError): void {
    clearTimeout(loadTimer)
    kill()
    loading.reject(new LoadError(thrown, output.begin()))
  }

  function noteFiles(files: readonly string[]): void {
    for (const file of files) seen.set(file, stampOf(file))
  }

  function kill(): void {
    alive = false
    child.kill()
  }

  function measure(): number {
    if (alive) memoryBytes = residentBytes(child.pid) ?? memoryBytes
    measuredAt = performance.now()
    return memoryBytes
  }

  const limitBytes = (definition.memoryMB + NODE_MB) * MB

  function overLimit(): boolean {
    return measure() > limitBytes
  }

  /** Whether the calls so far have filled it little by little: the next ones are better made by a new one. */
  function isWorn(): boolean {
    firstBytes ??= memoryBytes
    return memoryBytes > limitBytes * NEARLY && memoryBytes > firstBytes * GROWN
  }

  function call(message: Omit<CallMessage, 'call'>) {
    made++
    const lines = output.begin()
    const begunAt = performance.now()
    const outcome = new Promise<Outcome>((resolve) => {
      const { timeoutMs } = definition
      const look = () => {
        const left = begunAt + timeoutMs - performance.now()
        if (left <= 0) finish?.({ type: 'timeout' })
        else if (overLimit()) finish?.({ type: 'memory' })
        else timer = setTimeout(look, Math.min(MEMORY_EVERY_MS, left))
      }
      let timer = setTimeout(look, Math.min(MEMORY_EVERY_MS, timeoutMs))
      finish = (end) => {
        finish = undefined
        clearTimeout(timer)
        idleSince = Date.now()
        const ended = performance.now()
        // A short call cannot have taken much; measuring costs as much as it does.
        const measured = ended - begunAt < SHORT_MS && ended - measuredAt < MEMORY_EVERY_MS
        const judged = end.type === 'result' && !measured && overLimit() ? ({ type: 'memory' } as const) : end
        if (judged.type === 'timeout' || judged.type === 'memory') kill()
        else if (!measured && isWorn()) alive = false
        resolve(judged)
      }
      if (closed) finishEnded(uncaught ?? endedError(null, null))
      else child.send({ ...message, call: made })
    })
    return { outcome, lines }
  }

  return {
    definition,
    pid: child.pid,
    startedAt,
    get idleSince() {
      return idleSince
    },
    get busy() {
      return finish !== undefined
    },
    get alive() {
      return alive
    },
    loaded: loading.promise,
    isStale: () => [...seen].some(([file, stamp]) => stampOf(file) !== stamp),
    call,
    memoryMB: () => Math.round((measuredAt < 0 ? measure() : memoryBytes) / MB),
    kill,
    gone: child.gone,
  }
}

function stampOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.mtimeMs} ${stats.size} ${stats.ino}`
}

/** Linux only: it can be asked while the process computes. */
function residentBytes(pid: number | undefined): number | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * PAGE_BYTES
  } catch {
    return undefined
  }
}

function endedError(code: number | null, signal: string | null): ThrownError {
  const how = signal === null ? `exit code ${code ?? 'unknown'}` : signal
  return { name: 'Error', message: `the process of the function has ended (${how})` }
}

/** Resolves with the promise, or after a time. */
async function within(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, ms)
  })
  await Promise.race([promise, late])
  clearTimeout(timer)
}
