import { Worker } from 'node:worker_threads'
import type { BatchResult, Outcome, QueuedJob } from './batch.ts'
import { packJobs, type ResultMessage, unpackResult } from './batch-message.ts'
import type { WriterMessage, WriterOptions } from './writer.ts'
import { writerHere } from './writer-here.ts'
import { WRITER_MODULE } from './writer-module.ts'

/** The writer as seen from this thread. */
export interface WriterClient {
  /** Resolves once the outcome is on the disk. Rejects when the writer is closed or has died. */
  submit(job: QueuedJob): Promise<Outcome>
  /** Finishes what was accepted, then ends the thread. */
  close(): Promise<void>
}

interface Waiting {
  resolve(outcome: Outcome): void
  reject(error: Error): void
}

/**
 * Makes the writer: this thread while there is little to write, then a thread of its own, for good. That keeps the process
 * alive only while commits wait for it.
 *
 * @param onChanges called with the followed spaces that a batch changed, once it is on the disk
 */
export function startWriter(options: WriterOptions, onChanges: (spaces: readonly string[]) => void): WriterClient {
  let here: ReturnType<typeof writerHere> | undefined = writerHere(options)
  let worker: Worker | undefined
  let unsent: QueuedJob[] = []
  let unsentWaiting: Waiting[] = []
  /** In the order they were sent, which is the order of the answers. */
  let sent: Waiting[] = []
  let closed: Promise<void> | undefined

  function answer(waiting: readonly Waiting[], { outcomes, changed }: BatchResult): void {
    outcomes.forEach((outcome, at) => {
      waiting[at]?.resolve(outcome)
    })
    if (changed.length > 0) onChanges(changed)
  }

  function start(): Worker {
    const started = new Worker(WRITER_MODULE, { workerData: options })
    let failure: Error | undefined
    started.unref()
    started.on('message', (message: ResultMessage) => {
      const result = unpackResult(message)
      const answered = sent.splice(0, result.outcomes.length)
      if (sent.length === 0 && closed === undefined) started.unref()
      answer(answered, result)
    })
    started.on('error', (error: Error) => {
      failure = error
    })
    started.on('exit', () => {
      // The thread ends on its own only after a failure. The next commit starts a new one.
      worker = undefined
      const lost = sent
      sent = []
      for (const { reject } of lost) {
        reject(new Error('the writer of the records stopped before it answered', { cause: failure }))
      }
    })
    return started
  }

  function send(): void {
    if (unsent.length === 0) return
    const result = here?.write(unsent)
    if (result) answer(unsentWaiting, result)
    else sendToThread()
    unsent = []
    unsentWaiting = []
  }

  function sendToThread(): void {
    here?.leave()
    here = undefined
    worker ??= start()
    worker.ref()
    sent = sent.concat(unsentWaiting)
    worker.postMessage(packJobs(unsent) satisfies WriterMessage)
  }

  async function stop(): Promise<void> {
    send()
    here?.finish()
    const running = worker
    if (!running) return
    running.ref()
    running.postMessage(null satisfies WriterMessage)
    await new Promise((resolve) => running.once('exit', resolve))
  }

  return {
    submit(job) {
      if (closed) return Promise.reject(new Error('the records are closed'))
      return new Promise((resolve, reject) => {
        unsent.push(job)
        unsentWaiting.push({ resolve, reject })
        // The jobs of one turn of the event loop are sent in one message.
        if (unsent.length === 1) setImmediate(send)
      })
    },
    close() {
      closed ??= stop()
      return closed
    },
  }
}
