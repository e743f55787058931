/**
 * Commits in the calling thread, while there is little to write. A thread of its own takes 70 ms of processor time to start
 * and 13 MB; a server that starts, or that nobody uses, writes a few records.
 */
import type { DatabaseSync } from 'node:sqlite'
import { type BatchResult, batchWriter, type Outcome, type QueuedJob } from './batch.ts'
import { openForWriting } from './schema.ts'
import type { WriterOptions } from './writer.ts'

/** Each stalls reads for one sync of the disk, so only a few in a second, none that is large, and no more on a slow disk. */
const MAX_JOBS_PER_SECOND = 8
const MAX_BYTES = 64 * 1024
const SLOW_MS = 20

export interface WriterHere {
  /** Undefined when the jobs are for a thread, as are all later ones. Nothing of them was written then. */
  write(jobs: readonly QueuedJob[]): BatchResult | undefined
  /** For the thread, which goes on. */
  leave(): void
  /** When nobody goes on. */
  finish(): void
}

export function writerHere(options: WriterOptions): WriterHere {
  let db: DatabaseSync | undefined
  let writeBatch: ReturnType<typeof batchWriter> | undefined
  let second = Number.NEGATIVE_INFINITY
  let jobsInSecond = 0
  let isSlow = false

  function isLittle(jobs: readonly QueuedJob[]): boolean {
    const now = performance.now()
    if (now - second > 1000) {
      second = now
      jobsInSecond = 0
    }
    jobsInSecond += jobs.length
    const bytes = jobs.reduce((sum, job) => sum + job.bytes, 0)
    return !isSlow && jobsInSecond <= MAX_JOBS_PER_SECOND && bytes <= MAX_BYTES
  }

  function open(): ReturnType<typeof batchWriter> {
    db = openForWriting(options.file, options.cacheKib)
    // Whoever has to wait for the lock of another process does that in a thread.
    db.exec('PRAGMA busy_timeout = 0')
    return batchWriter(db, options)
  }

  return {
    write(jobs) {
      if (!isLittle(jobs)) return undefined
      try {
        writeBatch ??= open()
        const began = performance.now()
        const result = writeBatch(jobs)
        isSlow = performance.now() - began > SLOW_MS
        // Nothing was written then. The thread says why, or waits for the lock.
        return result.outcomes.every(isError) ? undefined : result
      } catch {
        return undefined
      }
    },
    leave() {
      db?.close()
    },
    finish() {
      db?.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      db?.close()
    },
  }
}

function isError(outcome: Outcome): boolean {
  return typeof outcome === 'object' && 'error' in outcome
}
