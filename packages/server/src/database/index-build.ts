import type { Leases } from '../engines/records/lease.ts'
import type { Expectation, PutWrite, RecordKey, Records } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { walkPages } from '../engines/records/walk.ts'
import type { Collections } from './collections.ts'
import { STEP_BYTES, STEP_DOCUMENTS } from './memory-limits.ts'
import { unpackDocument } from './stored-document.ts'

/** The log of background work. A pino logger fits. */
export interface DatabaseLog {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

export interface IndexBuilderOptions {
  readonly records: Records
  readonly collections: Collections
  readonly leases: Leases
  readonly log: DatabaseLog | undefined
}

/**
 * Adds the existing documents of collections to their new indexes, then lets queries use the indexes. Writers add their
 * entries meanwhile. Every commit expects the documents and the indexes as they were read, so builds and writes may run in
 * any order and in several processes.
 */
export interface IndexBuilder {
  /** Builds the new indexes of a collection in the background, unless a build is running, here or in another process. */
  start(name: string): void
  /** Resolves when no index is being built. */
  settled(): Promise<void>
  /** Stops all builds; the next start of the server continues. */
  close(): Promise<void>
}

/** Documents between two log lines. */
const PROGRESS = 10_000

export function createIndexBuilder({ records, collections, leases, log }: IndexBuilderOptions): IndexBuilder {
  const builds = new Map<string, Promise<void>>()
  const closing = new AbortController()

  async function build(name: string, signal: AbortSignal): Promise<void> {
    const { space, building } = await collections.open(name)
    if (building.length === 0) return
    log?.info({ collection: name, indexes: building }, 'building indexes')
    let done = 0
    for await (const page of walkPages(records, { space, limit: STEP_DOCUMENTS, values: false })) {
      await enter(name, page, signal)
      if (signal.aborted) return
      if (Math.floor((done + page.length) / PROGRESS) > Math.floor(done / PROGRESS)) {
        log?.info({ collection: name, documents: done }, 'building indexes')
      }
      done += page.length
    }
    const { building: unfinished } = await collections.open(name)
    for (const id of building) {
      if (!unfinished.includes(id)) continue
      await collections.markIndex(name, id, { status: 'ready' })
      log?.info({ collection: name, index: id, documents: done }, 'index is ready')
    }
  }

  /** Writes documents again with all their entries. */
  async function enter(name: string, keys: readonly RecordKey[], signal: AbortSignal): Promise<void> {
    let left = keys
    while (left.length > 0) {
      const entered = await retryOnConflict(() => enterSome(name, left, signal), {
        // There may be many writers of these documents, but a build that gives up has to start from the beginning.
        attempts: Number.POSITIVE_INFINITY,
        exhausted: () => new Error(`the documents of '${name}' change too often`),
      })
      left = left.slice(entered)
    }
  }

  /** Handles as many documents, from the first, as one step reads. Resolves to how many; to all when it is to stop. */
  async function enterSome(
    name: string,
    keys: readonly RecordKey[],
    signal: AbortSignal,
  ): Promise<number | typeof CONFLICT> {
    if (signal.aborted) return keys.length
    const collection = await collections.open(name)
    const read = await records.get(keys, STEP_BYTES)
    const writes: PutWrite[] = []
    const expectations: Expectation[] = []
    for (const record of read) {
      if (record === undefined) continue
      const { space, id, value, version } = record
      const entries = await collections.entries(collection, unpackDocument(value))
      if (entries === CONFLICT) return CONFLICT
      writes.push({ op: 'put', space, id, value, entries })
      expectations.push({ space, id, version })
    }
    const result = await records.commit(writes, [...expectations, collection.expectation])
    if (result.done) return read.length
    if (result.reason === 'duplicate') {
      log?.error(
        { collection: name, index: result.index },
        'the data is not unique: the index is neither enforced nor used',
      )
      await collections.markIndex(name, result.index, { status: 'failed' })
    }
    collections.forget(name)
    return CONFLICT
  }

  async function settled(): Promise<void> {
    while (builds.size > 0) await Promise.all(builds.values())
  }

  return {
    start(name) {
      if (builds.has(name) || closing.signal.aborted) return
      const running = leases
        .run(`index:${name}`, closing.signal, (signal) => build(name, signal))
        .catch((error: unknown) => {
          if (!closing.signal.aborted) log?.error({ err: error, collection: name }, 'building indexes failed')
        })
        .finally(() => builds.delete(name))
      builds.set(name, running)
    },
    settled,
    async close() {
      closing.abort()
      await settled()
    },
  }
}
