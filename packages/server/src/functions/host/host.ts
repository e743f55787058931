/** The program of a function process: loads one function, then runs one call at a time. */
import { readFileSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ThrownError } from '../call.ts'
import { contextOf } from './context.ts'
import { eventOf } from './event.ts'
import { createFrameReader, frameOf } from './frames.ts'
import type { CallEnd, CallMessage, HostMessage, HostOptions } from './messages.ts'

/** Characters of a message or a stack. */
const MAX_TEXT = 10_000
const MEMORY_EVERY_MS = 250
/** The number of the channel to the server. */
const CHANNEL = 3

type Main = (event: unknown, context: unknown, callback: (error: unknown, result?: unknown) => void) => unknown

const options = JSON.parse(process.argv[2] ?? '{}') as HostOptions
const own = fileURLToPath(import.meta.url)
process.argv = [process.argv[0] ?? 'node', options.file]

// What the function does to these must not keep it from answering.
const { stringify } = JSON
const channel = new Socket({ fd: CHANNEL, readable: true, writable: true })
const tell = (message: HostMessage, sent?: () => void) => void channel.write(frameOf(message), sent)
const exit = process.exit.bind(process)
const write = { out: process.stdout.write.bind(process.stdout), err: process.stderr.write.bind(process.stderr) }
let wrote = false
/** The number of the newest call. */
let begun = 0
process.stdout.write = noticing(write.out)
process.stderr.write = noticing(write.err)

/** The server ends its functions when it ends itself; whoever stops a service may signal both. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
channel.on('error', () => exit(0)).on('end', () => exit(0))
process.on('exit', leave)
process.on('uncaughtException', uncaught)
process.on('unhandledRejection', uncaught)
// Elsewhere than on Linux only the process itself knows.
if (process.platform !== 'linux') {
  setInterval(() => tell({ type: 'memory', bytes: process.memoryUsage.rss() }), MEMORY_EVERY_MS).unref()
}

if (!options.signals) keepSignals()
if (options.detours.length > 0) {
  const { detourRequests } = await import('./detours.ts')
  detourRequests(options.detours, ({ from, to, announced }) => {
    if (announced) process.stderr.write(`requests to ${from} go to ${to}\n`)
  })
}
const require = createRequire(options.file)
/** Files that the server has not been told of. */
let loaded: string[] = []
adaptLoading()
const main = load()
if (main !== undefined) {
  const read = createFrameReader(Number.POSITIVE_INFINITY)
  channel.on('data', (chunk) => {
    for (const message of read(chunk)) void answer(main, message as CallMessage)
  })
  tell({ type: 'loaded', files: loaded })
  loaded = []
}

function load(): Main | undefined {
  try {
    const exported = (require(options.file) as Record<string, unknown>)[options.exported]
    if (typeof exported === 'function') return exported as Main
    throw new TypeError(`the file of the function does not export ${options.exported} as a function`)
  } catch (thrown) {
    tell({ type: 'not-loaded', error: thrownOf(thrown) }, () => exit(1))
    return undefined
  }
}

async function answer(main: Main, { call, event: text, identity, requestId, variables }: CallMessage): Promise<void> {
  begun = call
  let event: unknown
  try {
    event = eventOf(text, identity)
  } catch {
    return end(call, { type: 'bad-event' })
  }
  const takeBack = setVariables(variables)
  end(call, await outcomeOf(() => called(main, event, contextOf(options.context, requestId, variables))))
  // The server works on with the answer meanwhile.
  takeBack()
}

function end(call: number, outcome: CallEnd): void {
  const marked = wrote
  if (wrote) {
    write.out(options.mark)
    write.err(options.mark)
    wrote = false
  }
  tell({ ...outcome, call, files: loaded, marked })
  if (loaded.length > 0) loaded = []
}

/** @returns what gives the variables their former values */
function setVariables(variables: Readonly<Record<string, string>>): () => void {
  const former = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  return () => {
    for (const [name, value] of former) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

async function outcomeOf(run: () => unknown): Promise<CallEnd> {
  try {
    const result = stringify(await run()) ?? 'null'
    const bytes = Buffer.byteLength(result)
    return bytes > options.maxResultBytes ? { type: 'too-large', bytes } : { type: 'result', result }
  } catch (thrown) {
    return { type: 'thrown', error: thrownOf(thrown) }
  }
}

/** A function answers with what it returns, or by its third argument. */
function called(main: Main, event: unknown, context: unknown): unknown {
  if (main.length < 3) return main(event, context, () => {})
  return new Promise((resolve, reject) => {
    const result = main(event, context, (error, value) =>
      error === null || error === undefined ? resolve(value) : reject(error),
    )
    if (result !== undefined) resolve(result)
  })
}

/**
 * Notes the files of the project that are loaded, for the server to notice when they change. The code of the function is
 * CommonJS, also where a package.json above it says otherwise: the platform has only the folder of the function.
 */
function adaptLoading(): void {
  const { extensions } = require
  const { '.js': loadScript, '.json': loadJson } = extensions
  extensions['.js'] = (module, file) => {
    if (isPackage(file)) return loadScript?.(module, file)
    loaded.push(file)
    if (!file.startsWith(`${options.directory}${sep}`)) return loadScript?.(module, file)
    return (module as Compiling)._compile(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''), file)
  }
  extensions['.json'] = (module, file) => {
    if (!isPackage(file)) loaded.push(file)
    return loadJson?.(module, file)
  }
}

/** What Node calls itself, and compilers of other languages do. */
interface Compiling extends NodeModule {
  _compile(code: string, file: string): void
}

function isPackage(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file)
}

/** A call that has come too late can be made elsewhere, if the server knows that it has not begun. */
function leave(): void {
  try {
    writeSync(CHANNEL, frameOf({ type: 'left', call: begun } satisfies HostMessage))
  } catch {
    // The server takes it as begun.
  }
}

/** A signal to another process is a mistake, and the worst one to the server. */
function keepSignals(): void {
  const kill = process.kill.bind(process)
  process.kill = (pid, signal) => {
    if (pid === process.pid || pid === 0) return kill(pid, signal)
    const message = 'a function cannot send signals to other processes.'
    throw Object.assign(new Error(message), { code: 'ERR_ACCESS_DENIED', permission: 'ChildProcess' })
  }
}

function uncaught(thrown: unknown): void {
  tell({ type: 'uncaught', error: thrownOf(thrown) }, () => exit(1))
}

function thrownOf(thrown: unknown): ThrownError {
  try {
    if (!(thrown instanceof Error)) return { name: typeof thrown, message: cut(String(thrown)) }
    const { name, message, stack } = thrown
    const lines = String(stack).split('\n')
    // What has called the function is of no interest.
    while (isOurs(lines.at(-1) ?? '')) lines.pop()
    const hint = (thrown as NodeJS.ErrnoException).code === 'ERR_ACCESS_DENIED' ? sandboxHint() : ''
    return { name: cut(String(name)), message: cut(`${message}${hint}`), stack: cut(lines.join('\n')) }
  } catch {
    return { name: 'Error', message: 'the error cannot be shown' }
  }
}

/** Whether a line of a stack is about this program or Node. */
function isOurs(line: string): boolean {
  return /^\s+at /.test(line) && (line.includes(own) || /[( ]node:/.test(line))
}

/** Node's message names a flag that nobody here can set. */
function sandboxHint(): string {
  return ` This is the sandbox of functions: functions.settings.${options.context.name}.allow can permit it.`
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}

function noticing(original: typeof process.stdout.write): typeof process.stdout.write {
  return ((...args: Parameters<typeof process.stdout.write>) => {
    wrote = true
    return original(...args)
  }) as typeof process.stdout.write
}
