/** The queue of uploads, a few at a time. Independent of the page: it is given the functions that send and ask. */
import { signal } from '@preact/signals'
import { ApiError, isAbort, toApiError } from '../../api/errors.ts'
import { numbered } from './paths.ts'

export type UploadState = 'waiting' | 'sending' | 'done' | 'skipped' | 'failed' | 'cancelled'

export interface UploadItem {
  readonly id: number
  readonly file: File
  /** The target path. It changes if the user keeps both files. */
  readonly path: string
  readonly state: UploadState
  /** Bytes sent. */
  readonly sent: number
  readonly error?: ApiError | undefined
}

/** What to do with a file whose name is taken. */
export type ClashAnswer = 'replace' | 'skip' | 'both'

interface UploadParts {
  issue(
    file: File,
    path: string,
    overwrite: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }>
  send(
    url: string,
    headers: Readonly<Record<string, string>>,
    file: File,
    options: { readonly signal: AbortSignal; readonly onProgress: (sent: number) => void },
  ): Promise<void>
  /** Asks about a taken name. `all`: the answer applies until the queue is empty. Rejects if `signal` is aborted. */
  ask(path: string, signal: AbortSignal): Promise<{ readonly answer: ClashAnswer; readonly all: boolean }>
  /** Called when files were uploaded. */
  onArrived(paths: readonly string[]): void
}

interface UploadTotals {
  readonly files: number
  readonly bytes: number
  readonly sent: number
  /** Files that are waiting or being sent. */
  readonly open: number
  readonly done: number
  readonly failed: number
}

/** Concurrent uploads. Browsers open six connections to a server; some are left for the page itself. */
const MAX_RUNNING = 3
/** Milliseconds between two updates of the page. More would not be visible. */
const UPDATE_MS = 60
const MAX_NUMBER = 1_000

export class UploadQueue {
  readonly #parts: UploadParts
  readonly #items = new Map<number, UploadItem>()
  readonly #running = new Map<number, AbortController>()
  readonly #shown = signal<readonly UploadItem[]>([])
  #waiting: number[] = []
  #arrived: string[] = []
  #lastId = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Only one question is asked at a time. */
  #asking: Promise<unknown> = Promise.resolve()
  #answerForAll: ClashAnswer | undefined

  constructor(parts: UploadParts) {
    this.#parts = parts
  }

  /** All items that were not cleared, oldest first. A component that reads them renders again when they change. */
  items(): readonly UploadItem[] {
    return this.#shown.value
  }

  totals(): UploadTotals {
    let [bytes, sent, open, done, failed] = [0, 0, 0, 0, 0]
    const items = this.items()
    for (const { file, state, sent: left } of items) {
      bytes += file.size
      sent += state === 'waiting' || state === 'sending' ? Math.min(left, file.size) : file.size
      if (state === 'waiting' || state === 'sending') open++
      if (state === 'done') done++
      if (state === 'failed') failed++
    }
    return { files: items.length, bytes, sent, open, done, failed }
  }

  add(files: readonly { readonly file: File; readonly path: string }[]): void {
    for (const { file, path } of files) {
      const id = ++this.#lastId
      this.#items.set(id, { id, file, path, state: 'waiting', sent: 0 })
      this.#waiting.push(id)
    }
    this.#update()
    this.#start()
  }

  cancel(id: number): void {
    this.#waiting = this.#waiting.filter((one) => one !== id)
    this.#running.get(id)?.abort()
    const { state } = this.#items.get(id) ?? {}
    if (state === 'waiting' || state === 'sending') this.#change(id, { state: 'cancelled' })
  }

  cancelAll(): void {
    for (const id of [...this.#waiting, ...this.#running.keys()]) this.cancel(id)
  }

  retry(id: number): void {
    const { state } = this.#items.get(id) ?? {}
    if (state !== 'failed' && state !== 'cancelled') return
    this.#change(id, { state: 'waiting', sent: 0, error: undefined })
    this.#waiting.push(id)
    this.#start()
  }

  retryFailed(): void {
    for (const { id, state } of this.#items.values()) if (state === 'failed') this.retry(id)
  }

  /** Removes the items that are finished. */
  clear(): void {
    for (const { id, state } of this.#items.values()) {
      if (state !== 'waiting' && state !== 'sending') this.#items.delete(id)
    }
    this.#update()
  }

  #start(): void {
    while (this.#running.size < MAX_RUNNING) {
      const id = this.#waiting.shift()
      if (id === undefined) break
      const controller = new AbortController()
      this.#running.set(id, controller)
      void this.#upload(id, controller.signal).finally(() => {
        this.#running.delete(id)
        this.#start()
      })
    }
    if (this.#running.size === 0) this.#answerForAll = undefined
  }

  async #upload(id: number, signal: AbortSignal): Promise<void> {
    const item = this.#items.get(id)
    if (item === undefined) return
    this.#change(id, { state: 'sending', sent: 0 })
    try {
      const place = await this.#place(item.file, item.path, signal)
      if (place === undefined) return this.#change(id, { state: 'skipped' })
      this.#change(id, { path: place.path })
      await this.#parts.send(place.url, place.headers, item.file, {
        signal,
        onProgress: (sent) => this.#change(id, { sent }),
      })
      this.#arrived.push(place.path)
      this.#change(id, { state: 'done', sent: item.file.size })
    } catch (error) {
      if (signal.aborted || isAbort(error)) this.#change(id, { state: 'cancelled' })
      else this.#change(id, { state: 'failed', error: toApiError(error) })
    }
  }

  /** Issues an upload URL for the file; undefined if it is to be skipped because its name is taken. */
  async #place(file: File, path: string, signal: AbortSignal) {
    const free = await this.#issueNew(file, path, signal)
    if (free !== undefined) return { path, ...free }
    switch (await this.#answerFor(path, signal)) {
      case 'skip':
        return undefined
      case 'replace':
        return { path, ...(await this.#parts.issue(file, path, true, signal)) }
      case 'both':
        for (let number = 2; number < MAX_NUMBER; number++) {
          const other = numbered(path, number)
          const issued = await this.#issueNew(file, other, signal)
          if (issued !== undefined) return { path: other, ...issued }
        }
        throw new Error('there is no free name')
    }
  }

  async #issueNew(file: File, path: string, signal: AbortSignal) {
    try {
      return await this.#parts.issue(file, path, false, signal)
    } catch (error) {
      if (error instanceof ApiError && error.code === 'STORAGE_FILE_EXIST') return undefined
      throw error
    }
  }

  #answerFor(path: string, signal: AbortSignal): Promise<ClashAnswer> {
    const asked = this.#asking.then(async () => {
      if (this.#answerForAll !== undefined) return this.#answerForAll
      signal.throwIfAborted()
      const { answer, all } = await this.#parts.ask(path, signal)
      if (all) this.#answerForAll = answer
      return answer
    })
    this.#asking = asked.catch(() => {})
    return asked
  }

  #change(id: number, changes: Partial<UploadItem>): void {
    const item = this.#items.get(id)
    if (item === undefined) return
    this.#items.set(id, { ...item, ...changes })
    this.#update()
  }

  #update(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#shown.value = [...this.#items.values()]
      const arrived = this.#arrived
      this.#arrived = []
      if (arrived.length > 0) this.#parts.onArrived(arrived)
    }, UPDATE_MS)
  }
}
