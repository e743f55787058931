import type { Expectation, PutWrite, RecordKey, Records } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { walkPages } from '../engines/records/walk.ts'
import type { Collections } from './collections.ts'
import { STEP_BYTES, STEP_DOCUMENTS } from './memory-limits.ts'
import { unpackDocument } from './stored-document.ts'

/** Where the database says what it does on its own. A pino logger fits. */
export interface DatabaseLog {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

export interface IndexBuilderOptions {
  readonly records: Records
  readonly collections: Collections
  readonly log: DatabaseLog | undefined
}

/**
 * Enters the existing documents of collections into their new indexes, then lets queries use these. Writers enter theirs
 * already, and every commit here expects the documents and the set of indexes as they were read, so it does not matter
 * who is first, nor how often this runs.
 */
export interface IndexBuilder {
  /** Builds the new indexes of a collection in the background, unless it does so already. */
  start(name: string): void
  /** Resolves when no index is being built any more. */
  settled(): Promise<void>
  /** Ends what is being built; the next start goes on with it. */
  close(): Promise<void>
}

/** Documents between two lines of the log. */
const PROGRESS = 10_000

export function createIndexBuilder({ records, collections, log }: IndexBuilderOptions): IndexBuilder {
  const builds = new Map<string, Promise<void>>()
  let closing = false

  async function build(name: string): Promise<void> {
    const { space, building } = await collections.open(name)
    if (building.length === 0) return
    log?.info({ collection: name, indexes: building }, 'building indexes')
    let done = 0
    for await (const page of walkPages(records, { space, limit: STEP_DOCUMENTS, values: false })) {
      await enter(name, page)
      if (closing) return
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

  /** Writes documents anew with all their entries. */
  async function enter(name: string, keys: readonly RecordKey[]): Promise<void> {
    let left = keys
    while (left.length > 0) {
      const entered = await retryOnConflict(() => enterSome(name, left), {
        // Writers of the same documents may be many, but a build that gave up would begin again from the start.
        attempts: Number.POSITIVE_INFINITY,
        exhausted: () => new Error(`the documents of '${name}' change too often`),
      })
      left = left.slice(entered)
    }
  }

  /** As many of the documents, from the first on, as are read in one step. Resolves to how many; all when it closes. */
  async function enterSome(name: string, keys: readonly RecordKey[]): Promise<number | typeof CONFLICT> {
    if (closing) return keys.length
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
      log?.error({ collection: name, index: result.index }, 'the index is not unique: it is not enforced, not used')
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
      if (builds.has(name) || closing) return
      const running = build(name)
        .catch((error: unknown) => log?.error({ err: error, collection: name }, 'building indexes failed'))
        .finally(() => builds.delete(name))
      builds.set(name, running)
    },
    settled,
    async close() {
      closing = true
      await settled()
    },
  }
}
