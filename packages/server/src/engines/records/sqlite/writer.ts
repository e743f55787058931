/**
 * The writer: a worker thread that owns the one writing connection of this process. It commits everything that waits
 * in one transaction, because a commit costs one disk sync however much it holds, and a slow disk stalls no reads.
 * Commits are answered in the order they came, after the transaction is on the disk.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { batchWriter, type QueuedJob } from './batch.ts'
import { type JobsMessage, packResult, unpackJobs } from './batch-message.ts'
import type { FeedOptions } from './feed-recorder.ts'
import { openForWriting } from './schema.ts'

/** What the process sends: jobs, or null for "finish and close". The answer is a ResultMessage for each batch. */
export type WriterMessage = JobsMessage | null

export interface WriterOptions extends FeedOptions {
  readonly file: string
  readonly cacheKib: number
}

/** Bounds how long one transaction holds the lock that other processes wait for, and how long its first commit waits. */
const MAX_BATCH_COMMITS = 512
const MAX_BATCH_BYTES = 4 * 1024 * 1024

if (parentPort) run(parentPort, workerData as WriterOptions)

function run(port: NonNullable<typeof parentPort>, options: WriterOptions): void {
  const db = openForWriting(options.file, options.cacheKib)
  const write = batchWriter(db, options)
  let waiting: QueuedJob[] = []
  let closing = false

  const accept = (message: WriterMessage): void => {
    if (message === null) closing = true
    else waiting = waiting.length === 0 ? unpackJobs(message) : waiting.concat(unpackJobs(message))
  }

  const acceptAll = (): void => {
    for (;;) {
      const received = receiveMessageOnPort(port)
      if (!received) return
      accept(received.message)
    }
  }

  port.on('message', (message: WriterMessage) => {
    accept(message)
    for (acceptAll(); waiting.length > 0; acceptAll()) {
      port.postMessage(packResult(write(waiting.splice(0, batchLength(waiting)))))
    }
    if (!closing) return
    db.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)')
    db.close()
    port.close()
  })
}

function batchLength(waiting: readonly QueuedJob[]): number {
  let bytes = 0
  let length = 0
  for (const job of waiting) {
    bytes += job.bytes
    if (length === MAX_BATCH_COMMITS || (length > 0 && bytes > MAX_BATCH_BYTES)) break
    length += 1
  }
  return length
}
