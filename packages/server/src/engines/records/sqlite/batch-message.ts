import type { Expectation } from '../records.ts'
import type { BatchResult, Outcome, QueuedCommit, QueuedJob, QueuedWrite } from './batch.ts'

/**
 * What travels between a process and its writer. A message is copied value by value, and an object costs several times as
 * much as its members: so jobs travel as one flat list, entries as a text of one character per byte, and a batch of which
 * everything was done as its length.
 */

/** Jobs one after the other, each with its numbers first. */
export type JobsMessage = readonly Item[]

type Item = string | number | null

/** How many commits were all done, without a change of a followed space; else the result. */
export type ResultMessage = number | BatchResult

/** Stands where a commit has the number of its writes. */
const FOLLOW = -1

export function packJobs(jobs: readonly QueuedJob[]): JobsMessage {
  const items: Item[] = []
  for (const job of jobs) {
    if ('follow' in job) {
      items.push(FOLLOW, job.bytes, job.follow.length, ...job.follow)
      continue
    }
    const { writes, expectations, bytes } = job
    items.push(writes.length, bytes, expectations.length)
    for (const { space, id, value, entries } of writes) {
      items.push(space, id, value ?? null, entries === undefined ? null : latin1(entries))
    }
    for (const { space, id, version } of expectations) items.push(space, id, version)
  }
  return items
}

export function unpackJobs(items: JobsMessage): QueuedJob[] {
  const jobs: QueuedJob[] = []
  for (let at = 0; at < items.length; ) {
    const [writes, bytes, others] = items.slice(at, at + 3) as [number, number, number]
    at += 3
    if (writes === FOLLOW) {
      jobs.push({ follow: items.slice(at, at + others) as string[], bytes })
      at += others
      continue
    }
    const commit = { writes: [] as QueuedWrite[], expectations: [] as Expectation[], bytes } satisfies QueuedCommit
    for (const end = at + writes * 4; at < end; at += 4) {
      const [space, id] = [items[at] as string, items[at + 1] as string]
      const [value, entries] = [items[at + 2], items[at + 3]]
      const write = { space, id, ...(typeof value === 'string' && { value }) }
      commit.writes.push(typeof entries === 'string' ? { ...write, entries: Buffer.from(entries, 'latin1') } : write)
    }
    for (const end = at + others * 3; at < end; at += 3) {
      const [space, id, version] = [items[at] as string, items[at + 1] as string, items[at + 2] as number | null]
      commit.expectations.push({ space, id, version })
    }
    jobs.push(commit)
  }
  return jobs
}

export function packResult(result: BatchResult): ResultMessage {
  const { outcomes, changed } = result
  return changed.length === 0 && outcomes.every((outcome) => outcome === 'done') ? outcomes.length : result
}

export function unpackResult(message: ResultMessage): BatchResult {
  if (typeof message !== 'number') return message
  return { outcomes: new Array<Outcome>(message).fill('done'), changed: [] }
}

function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}
