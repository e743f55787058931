/** The files on their way to the server, a few at a time. Knows no page: it is told how to send and whom to ask. */
import { signal } from '@preact/signals'
import { ApiError, isAbort, toApiError } from '../../api/errors.ts'
import { numbered } from './paths.ts'

export type UploadState = 'waiting' | 'sending' | 'done' | 'skipped' | 'failed' | 'cancelled'

export interface UploadItem {
  readonly id: number
  readonly file: File
  /** Where it goes; another one than at first when both are to be kept. */
  readonly path: string
  readonly state: UploadState
  /** Bytes that have left. */
  readonly sent: number
  readonly error?: ApiError | undefined
}

/** What to do with a file whose place is taken. */
export type ClashAnswer = 'replace' | 'skip' | 'both'

export interface UploadParts {
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
  /** `all`: the same for whatever else comes until the queue is empty. Rejects when `signal` is aborted. */
  ask(path: string, signal: AbortSignal): Promise<{ readonly answer: ClashAnswer; readonly all: boolean }>
  /** Some files have arrived. */
  onArrived(paths: readonly string[]): void
}

export interface UploadTotals {
  readonly files: number
  readonly bytes: number
  readonly sent: number
  /** Waiting or being sent. */
  readonly open: number
  readonly done: number
  readonly failed: number
}

/** Browsers keep six connections to a server; some are left for the page itself. */
const AT_ONCE = 3
/** Milliseconds between two looks at the progress: more often is not seen. */
const TOLD_EVERY = 60
const MAX_NUMBER = 1_000

export class UploadQueue {
  readonly #parts: UploadParts
  readonly #items = new Map<number, UploadItem>()
  readonly #working = new Map<number, AbortController>()
  readonly #told = signal<readonly UploadItem[]>([])
  #waiting: number[] = []
  #arrived: string[] = []
  #lastId = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  /** One question at a time. */
  #asking: Promise<unknown> = Promise.resolve()
  #answerForAll: ClashAnswer | undefined

  constructor(parts: UploadParts) {
    this.#parts = parts
  }

  /** All that was ever added and not cleared, oldest first. Renders again when it changes. */
  items(): readonly UploadItem[] {
    return this.#told.value
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
    this.#tell()
    this.#work()
  }

  cancel(id: number): void {
    this.#waiting = this.#waiting.filter((one) => one !== id)
    this.#working.get(id)?.abort()
    const { state } = this.#items.get(id) ?? {}
    if (state === 'waiting' || state === 'sending') this.#change(id, { state: 'cancelled' })
  }

  cancelAll(): void {
    for (const id of [...this.#waiting, ...this.#working.keys()]) this.cancel(id)
  }

  retry(id: number): void {
    const { state } = this.#items.get(id) ?? {}
    if (state !== 'failed' && state !== 'cancelled') return
    this.#change(id, { state: 'waiting', sent: 0, error: undefined })
    this.#waiting.push(id)
    this.#work()
  }

  retryFailed(): void {
    for (const { id, state } of this.#items.values()) if (state === 'failed') this.retry(id)
  }

  /** Forgets what is over. */
  clear(): void {
    for (const { id, state } of this.#items.values()) {
      if (state !== 'waiting' && state !== 'sending') this.#items.delete(id)
    }
    this.#tell()
  }

  #work(): void {
    while (this.#working.size < AT_ONCE) {
      const id = this.#waiting.shift()
      if (id === undefined) break
      const controller = new AbortController()
      this.#working.set(id, controller)
      void this.#carry(id, controller.signal).finally(() => {
        this.#working.delete(id)
        this.#work()
      })
    }
    if (this.#working.size === 0) this.#answerForAll = undefined
  }

  async #carry(id: number, signal: AbortSignal): Promise<void> {
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

  /** A URL for the file; undefined when it is to be left out because its place is taken. */
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
    this.#tell()
  }

  #tell(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#told.value = [...this.#items.values()]
      const arrived = this.#arrived
      this.#arrived = []
      if (arrived.length > 0) this.#parts.onArrived(arrived)
    }, TOLD_EVERY)
  }
}
