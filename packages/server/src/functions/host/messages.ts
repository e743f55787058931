/** What a server and its function processes tell each other. Types only: the host is a program of its own. */
import type { ThrownError } from '../call.ts'
import type { ContextOptions } from './context.ts'
import type { EventIdentity } from './event.ts'

/** What a host is started with, as JSON in its first argument. */
export interface HostOptions {
  readonly context: ContextOptions
  /** The absolute path of the folder of the function. */
  readonly directory: string
  /** The absolute path of the file of the handler. */
  readonly file: string
  readonly exported: string
  /** Bytes of a result. */
  readonly maxResultBytes: number
  /** Whether it may send signals to other processes. */
  readonly signals: boolean
  /** A line that marks, in both outputs, where a call ends. Nobody else knows it. */
  readonly mark: string
  readonly detours: readonly Detour[]
}

/** Requests of a function that go elsewhere. */
export interface Detour {
  /** The host, with its port unless that is the usual one: `api.weixin.qq.com`, `files.example.com:8443`. */
  readonly from: string
  /** The beginnings of the paths. */
  readonly below: readonly string[]
  /** The origin that gets them: `http://127.0.0.1:8787`. */
  readonly to: string
  /** Whether the log of the function says so. */
  readonly announced: boolean
}

/** From the server: runs `main`. One at a time. */
export interface CallMessage {
  /** Counts the calls of the process. */
  readonly call: number
  /** JSON text; empty for no data. */
  readonly event: string
  /** Of a WeChat user. */
  readonly identity?: EventIdentity | undefined
  readonly requestId: string
  /** Set before the call, and removed after it. */
  readonly variables: Readonly<Record<string, string>>
}

/** From the host. */
export type HostMessage =
  | { readonly type: 'loaded'; readonly files: readonly string[] }
  | { readonly type: 'not-loaded'; readonly error: ThrownError }
  /** The last message: the number of the last call for which `main` was called. */
  | { readonly type: 'left'; readonly call: number }
  | (CallEnd & {
      readonly call: number
      /** Files of the project that were loaded during the call. */
      readonly files: readonly string[]
      /** Whether both outputs have the mark, because something was written since the last one. */
      readonly marked: boolean
    })
  /** The process ends because of an error that nobody caught. */
  | { readonly type: 'uncaught'; readonly error: ThrownError }
  | { readonly type: 'memory'; readonly bytes: number }

/** How a call has ended. */
export type CallEnd =
  | { readonly type: 'result'; readonly result: string }
  | { readonly type: 'thrown'; readonly error: ThrownError }
  /** The event is no JSON; nothing was called. */
  | { readonly type: 'bad-event' }
  | { readonly type: 'too-large'; readonly bytes: number }
