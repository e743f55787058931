import { failed, type KitError, kitError, type Result } from './errors.ts'
import { toKitError } from './failures.ts'
import type { Foreground } from './foreground.ts'
import { retryDelay } from './retry.ts'
import { MAX_UPLOADS, type Slots } from './slots.ts'
import { createThrottle } from './throttle.ts'
import { aborted, type Stored, type Transfer, type UploadParts, uploadFile } from './upload-file.ts'
import type { FileProgress, UploadAllOptions, UploadFile, UploadResult, UploadRun } from './upload-types.ts'

const DEFAULT_CONCURRENCY = 3
const DEFAULT_RETRIES = 3
const DEFAULT_RETRY_DELAY_MS = 1000
/** A setData for every progress event of every file would block rendering. */
const PROGRESS_INTERVAL_MS = 100
/** Larger files have to be compressed, or uploaded in parts, which a Mini Program cannot do (R28). */
const MAX_FILE_BYTES = 100 * 1024 * 1024
/** WeChat's default, enough for a picture; the time for the bytes on a slow network is added. */
const MIN_TIMEOUT_MS = 60_000
const SLOW_BYTES_PER_SECOND = 64 * 1024

export interface RunParts extends UploadParts {
  readonly slots: Slots
  readonly foreground: Foreground
}

/** One file of a run. */
interface Item {
  readonly index: number
  readonly file: UploadFile
  readonly transfer: Transfer
  /** The tries that count: those that WeChat interrupted in the background do not. */
  counted: number
  tries: number
  fraction: number
  state: FileProgress['state']
  result: UploadResult | undefined
}

/** Starts an upload run; see `Cloud.uploadAll`. */
export function startRun(parts: RunParts, files: readonly UploadFile[], options: UploadAllOptions): UploadRun {
  const { slots, foreground } = parts
  const { retries = DEFAULT_RETRIES, retryDelayMs = DEFAULT_RETRY_DELAY_MS, signal } = options
  const concurrency = Math.min(Math.max(Math.floor(options.concurrency ?? DEFAULT_CONCURRENCY), 1), MAX_UPLOADS)
  const items = files.map((file, index) => newItem(file, index, options, () => progress.request()))
  const waiting = [...items]
  const timers = new Set<ReturnType<typeof setTimeout>>()
  let active = 0
  let paused = false
  let best = 0
  let finish: (results: UploadResult[]) => void
  const done = new Promise<UploadResult[]>((resolve) => {
    finish = resolve
  })

  const progress = createThrottle(PROGRESS_INTERVAL_MS, () => {
    const total = sum(items, ({ file }) => file.size)
    const sent = Math.round(sum(items, ({ file, fraction }) => file.size * fraction))
    const settled = (state: FileProgress['state']) => items.filter((item) => item.state === state).length
    const all = settled('done') === items.length
    best = Math.max(best, all ? 100 : Math.floor(total === 0 ? 0 : (sent / total) * 100))
    callSafely(options.onProgress, {
      progress: best,
      sent,
      total,
      done: settled('done'),
      failed: settled('failed'),
      files: items.map(({ state, fraction, tries }) => ({ state, progress: Math.floor(fraction * 100), tries })),
    })
  })

  const settle = (item: Item, result: Result<Stored>): void => {
    if (item.result !== undefined) return
    const { file, index } = item
    item.result = result.ok ? { ...result, size: file.size, file } : { ...result, file }
    item.state = result.ok ? 'done' : 'failed'
    if (result.ok) item.fraction = 1
    callSafely(options.onFile, item.result, index)
    const results = items.flatMap((one) => one.result ?? [])
    if (results.length < items.length) progress.request()
    else end(results)
  }

  const end = (results: UploadResult[]): void => {
    for (const undo of undos) undo()
    progress.finish()
    finish(results)
  }

  const again = (item: Item): void => {
    item.state = 'waiting'
    item.fraction = 0
    progress.request()
  }

  const failedTry = (item: Item, error: KitError, hiddenBefore: number): void => {
    const background = error.code === 'INTERRUPTED' && (foreground.hidden || foreground.hides > hiddenBefore)
    if (background) item.counted -= 1
    if (!background && (!error.retryable || item.counted > retries)) {
      settle(item, failed(error))
      return
    }
    again(item)
    if (background) {
      waiting.unshift(item)
      return
    }
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        waiting.unshift(item)
        pump()
      },
      retryDelay(item.counted, retryDelayMs),
    )
    timers.add(timer)
  }

  const begin = async (item: Item): Promise<void> => {
    const hiddenBefore = foreground.hides
    item.counted += 1
    item.tries += 1
    item.state = 'uploading'
    progress.request()
    const result = await uploadFile(parts, item.transfer).catch((error: unknown) => failed(toKitError(error)))
    active -= 1
    if (item.result === undefined) {
      if (result.ok) settle(item, result)
      else failedTry(item, result.error, hiddenBefore)
    }
    // After the file is back in the queue: this wakes all runs that wait for a slot, this one included.
    slots.give()
  }

  const pump = (): void => {
    while (!paused && !foreground.hidden && active < concurrency && waiting.length > 0 && slots.take()) {
      active += 1
      const item = waiting.shift()
      if (item !== undefined) void begin(item)
    }
  }

  const abort = (): void => {
    waiting.length = 0
    for (const timer of timers) clearTimeout(timer)
    for (const item of items) {
      if (item.result !== undefined) continue
      item.transfer.aborted = true
      item.transfer.stop?.()
      settle(item, failed(aborted()))
    }
  }

  const undos = [slots.onFree(pump), foreground.onShow(pump)]
  // In a later turn, so that callbacks do not run before the caller has the run.
  void Promise.resolve().then(() => {
    if (items.length === 0) return end([])
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort)
    for (const item of items)
      if (item.file.size > MAX_FILE_BYTES) settle(item, failed(kitError('FILE_TOO_LARGE', `${item.file.size} bytes`)))
    waiting.splice(0, waiting.length, ...waiting.filter((item) => item.result === undefined))
    pump()
  })

  return {
    done,
    abort,
    pause() {
      paused = true
    },
    resume() {
      paused = false
      pump()
    },
  }
}

function newItem(file: UploadFile, index: number, options: UploadAllOptions, changed: () => void): Item {
  if (typeof file?.tempFilePath !== 'string' || !(file.size >= 0)) {
    throw new TypeError(`files[${index}] needs a tempFilePath and a size in bytes`)
  }
  const timeoutMs = options.timeoutMs ?? MIN_TIMEOUT_MS + Math.ceil((file.size / SLOW_BYTES_PER_SECOND) * 1000)
  const item: Item = {
    index,
    file,
    counted: 0,
    tries: 0,
    fraction: 0,
    state: 'waiting',
    result: undefined,
    transfer: {
      file,
      orderId: options.orderId,
      timeoutMs,
      cloudPath: undefined,
      aborted: false,
      stop: undefined,
      onProgress(fraction) {
        if (item.state !== 'uploading') return
        item.fraction = fraction
        changed()
      },
    },
  }
  return item
}

function sum(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}

/** Calls a callback of the program; an exception in it is rethrown later and does not stop the other files. */
function callSafely<Args extends readonly unknown[]>(
  listener: ((...args: Args) => void) | undefined,
  ...args: Args
): void {
  try {
    listener?.(...args)
  } catch (error) {
    setTimeout(() => {
      throw error
    })
  }
}
