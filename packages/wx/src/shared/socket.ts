import { toArrayBuffer } from './bytes.ts'
import type { Callbacks, ReportCallbackError } from './callbacks.ts'
import { callSafely, deliver } from './callbacks.ts'
import { requireString, type WxError, WxFailure } from './failure.ts'
import { Listeners } from './listeners.ts'
import { laterTurn } from './timers.ts'
import type { TransferQueue } from './transfer-queue.ts'

/** WeChat allows at most five open sockets per program. */
export const MAX_SOCKETS = 5
/** The close code of a connection that ended without a close frame. */
const ABNORMAL_CLOSURE = 1006

export interface ConnectSocketOptions extends Callbacks {
  /** `ws://` or `wss://`. */
  url: string
  header?: Record<string, string> | undefined
  protocols?: string[] | undefined
  timeout?: number | undefined
}

export interface SocketClose {
  code: number
  reason: string
}

interface SocketMessage {
  data: string | ArrayBuffer
}

export interface SocketTask {
  readonly CONNECTING: 0
  readonly OPEN: 1
  readonly CLOSING: 2
  readonly CLOSED: 3
  readonly readyState: number
  send(options: { data: string | ArrayBuffer } & Callbacks): void
  close(options?: { code?: number | undefined; reason?: string | undefined } & Callbacks): void
  onOpen(listener: (event: { header: Record<string, string> }) => void): void
  onMessage(listener: (event: SocketMessage) => void): void
  onError(listener: (event: WxError) => void): void
  onClose(listener: (event: SocketClose) => void): void
}

/** Opens a WebSocket with a list of protocols and, if the platform supports them, headers. */
export type OpenSocket = (url: string, protocols: string[], headers: Record<string, string>) => WebSocket

/** The sockets of one program. */
export interface Sockets {
  connect: (options: ConnectSocketOptions) => SocketTask
  /** Breaks all open connections, as going offline or to the background does. */
  breakAll: (reason: string) => void
}

/** Makes `wx.connectSocket` with the WebSocket of the platform. */
export function createSockets(queue: TransferQueue, report: ReportCallbackError, openSocket: OpenSocket): Sockets {
  const open = new Set<Connection>()
  return {
    connect: (given) => {
      const options = given ?? ({} as ConnectSocketOptions)
      const connection = new Connection(report, openSocket, () => open.delete(connection))
      const admitted = open.size < MAX_SOCKETS
      if (admitted) open.add(connection)
      const outcome = laterTurn().then(() => {
        if (!admitted) throw new WxFailure(`exceed max concurrent connections ${MAX_SOCKETS}`)
        queue.assertUsable()
        connection.start(socketUrl(options.url), options)
        return {}
      })
      outcome.catch((error: Error) => connection.broken(error.message))
      void deliver('connectSocket', options, outcome, report)
      return connection.task
    },
    breakAll: (reason) => {
      for (const connection of [...open]) connection.broken(reason)
    },
  }
}

function socketUrl(given: unknown): string {
  const url = URL.parse(requireString(given, 'url'))
  if (url === null || !/^wss?:$/.test(url.protocol)) throw new WxFailure(`invalid url "${String(given)}"`)
  return url.href
}

class Connection {
  readonly task: SocketTask
  readonly #opened: Listeners<{ header: Record<string, string> }>
  readonly #messages: Listeners<SocketMessage>
  readonly #errors: Listeners<WxError>
  readonly #closed: Listeners<SocketClose>
  readonly #report: ReportCallbackError
  readonly #openSocket: OpenSocket
  readonly #onGone: () => void
  #socket: WebSocket | undefined
  #gone = false

  constructor(report: ReportCallbackError, openSocket: OpenSocket, onGone: () => void) {
    this.#report = report
    this.#openSocket = openSocket
    this.#onGone = onGone
    this.#opened = new Listeners(report)
    this.#messages = new Listeners(report)
    this.#errors = new Listeners(report)
    this.#closed = new Listeners(report)
    this.task = this.#createTask()
  }

  start(url: string, options: ConnectSocketOptions): void {
    if (this.#gone) return
    const protocols = Array.isArray(options.protocols) ? options.protocols : []
    const socket = this.#openSocket(url, protocols, options.header ?? {})
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => this.#opened.emit({ header: {} }))
    socket.addEventListener('message', ({ data }) => {
      this.#messages.emit({ data: typeof data === 'string' ? data : toArrayBuffer(new Uint8Array(data)) })
    })
    socket.addEventListener('error', () => {
      if (!this.#gone) this.#errors.emit({ errMsg: 'onSocketError:fail connection failed' })
    })
    socket.addEventListener('close', ({ code, reason }) => this.#end({ code, reason }))
    this.#socket = socket
  }

  /** The network failed: an error event, then a close event, without waiting for the server. */
  broken(reason: string): void {
    if (this.#gone) return
    const errMsg = `onSocketError:fail ${reason}`
    const socket = this.#socket
    this.#errors.emit({ errMsg })
    this.#end({ code: ABNORMAL_CLOSURE, reason })
    socket?.close()
  }

  #end(event: SocketClose): void {
    if (this.#gone) return
    this.#gone = true
    this.#onGone()
    this.#closed.emit(event)
  }

  #createTask(): SocketTask {
    const readyState = (): number =>
      this.#gone ? WebSocket.CLOSED : (this.#socket?.readyState ?? WebSocket.CONNECTING)
    const answer = (api: string, options: Callbacks, work: () => void): void => {
      const outcome = new Promise<object>((resolve) => {
        work()
        resolve({})
      })
      void laterTurn().then(() => deliver(api, options, outcome, this.#report))
      outcome.catch(() => undefined)
    }
    return {
      CONNECTING: 0,
      OPEN: 1,
      CLOSING: 2,
      CLOSED: 3,
      get readyState() {
        return readyState()
      },
      send: (options) =>
        answer('sendSocketMessage', options ?? {}, () => {
          if (readyState() !== WebSocket.OPEN) throw new WxFailure('SocketTask.readyState is not OPEN')
          this.#socket?.send(options.data)
        }),
      close: (options = {}) => answer('closeSocket', options, () => this.#close(options)),
      onOpen: this.#opened.on,
      onMessage: this.#messages.on,
      onError: this.#errors.on,
      onClose: this.#closed.on,
    }
  }

  #close(options: { code?: number | undefined; reason?: string | undefined }): void {
    if (this.#gone) throw new WxFailure('SocketTask is CLOSED')
    // Before the socket is opened, closing prevents that.
    if (this.#socket === undefined) callSafely(this.#report, () => this.#end({ code: 1000, reason: '' }))
    else this.#socket.close(options.code ?? 1000, options.reason ?? '')
  }
}
