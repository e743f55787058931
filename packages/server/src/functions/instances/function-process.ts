/** A process that runs a function, and the channel to the host in it. */
import { spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { FunctionDefinition } from '../definition.ts'
import { createFrameReader, frameOf } from '../host/frames.ts'
import type { CallMessage, HostMessage, HostOptions } from '../host/messages.ts'
import { hostMessageOf } from './host-message.ts'
import type { Stream } from './output.ts'
import { nodeArguments } from './permissions.ts'

/** Of a message. A result of 6 MB can be twice as long in it. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
/** How long a process without a channel may take to end, and what it has started may hold its outputs open. */
const END_MS = 250
/** The number of the channel in the process. */
const CHANNEL = 3

export interface FunctionProcessOptions {
  readonly definition: FunctionDefinition
  readonly environment: Readonly<Record<string, string>>
  /** The only directory that it may write to. */
  readonly scratch: string
  readonly host: HostOptions
  readonly output: (stream: Stream, text: string) => void
  readonly received: (message: HostMessage) => void
  /** It takes no message any more, and will end. */
  readonly closing: () => void
  /** It could not be started. */
  readonly failed: (error: Error) => void
  /** It has ended, and everything that it wrote has arrived. */
  readonly ended: (code: number | null, signal: string | null) => void
}

export interface FunctionProcess {
  readonly pid: number | undefined
  send(message: CallMessage): void
  /** Ends it at once, and what it has started. */
  kill(): void
  /** Resolves when it has ended. */
  readonly gone: Promise<unknown>
}

/**
 * Starts a process of the function. The channel is no IPC channel of Node's: the server would trust what comes by that, and a
 * function that writes to the wrong file descriptor would end the server.
 */
export function startProcess(options: FunctionProcessOptions): FunctionProcess {
  const { definition, environment, scratch, host } = options
  const { program, args } = nodeArguments(definition, scratch)
  const child = spawn(process.execPath, [...args, program, JSON.stringify(host)], {
    cwd: definition.directory,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C does not reach it, its signals to its group do not reach the server, and what it has started
    // ends with it.
    detached: process.platform !== 'win32',
  })
  let running = child.pid !== undefined
  let over = false

  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => options.output(stream, text))
  }
  // There are none when the system has no file descriptors left.
  const channel = child.stdio?.[CHANNEL] as Duplex | undefined
  const read = createFrameReader(MAX_MESSAGE_BYTES)
  channel?.on('data', (chunk: Buffer) => {
    for (const message of messagesIn(chunk)) options.received(message)
  })
  channel?.on('error', () => {})
  channel?.once('end', close)
  const gone = new Promise<void>((done) => {
    const end = (code: number | null, signal: string | null) => {
      if (!over) options.ended(code, signal)
      over = true
      done()
    }
    child.once('error', (error) => {
      options.failed(error)
      // Of a process that was never started, nothing more is heard.
      if (!running) end(null, null)
    })
    child.once('exit', () => {
      killGroup()
      running = false
      void delay(END_MS, undefined, { ref: false }).then(() => {
        for (const stream of child.stdio) stream?.destroy()
      })
    })
    child.once('close', end)
  })

  function messagesIn(chunk: Buffer): readonly HostMessage[] {
    try {
      return read(chunk).flatMap((value) => hostMessageOf(value) ?? [])
    } catch {
      kill()
      return []
    }
  }

  function close(): void {
    options.closing()
    void delay(END_MS, undefined, { ref: false }).then(kill)
  }

  function kill(): void {
    if (!running) return
    options.closing()
    if (!killGroup()) child.kill('SIGKILL')
  }

  /** @returns whether there was a group */
  function killGroup(): boolean {
    try {
      return child.pid !== undefined && process.platform !== 'win32' && process.kill(-child.pid, 'SIGKILL')
    } catch {
      return false
    }
  }

  return {
    pid: child.pid,
    send: (message) => void channel?.write(frameOf(message)),
    kill,
    gone,
  }
}
