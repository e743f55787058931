import type { Expectation, RecordKey, Records, RecordWrite, StoredRecord } from '../engines/records/records.ts'
import { STEP_BYTES, STEP_DOCUMENTS } from './bounds.ts'
import type { Collection, Collections } from './collections.ts'
import { unpackDocument } from './stored-document.ts'

/** Where the database says what it does on its own. A pino logger fits. */
export interface DatabaseLog {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

/** Documents between two lines of the log. */
const PROGRESS = 10_000

export interface IndexBuild {
  readonly records: Records
  readonly collections: Collections
  readonly log: DatabaseLog | undefined
  /** True once the build should end; the next start goes on with it. */
  readonly stopped: () => boolean
}

/**
 * Enters the existing documents of a collection into its new indexes, then lets queries use them. Writers enter theirs
 * already, and every commit here expects the documents and the set of indexes as they were read, so it does not matter
 * who is first, nor how often this runs.
 */
export async function buildIndexes(build: IndexBuild, name: string): Promise<void> {
  const { records, collections, log } = build
  let collection = await collections.open(name)
  const wanted = collection.building
  if (wanted.length === 0) return
  log?.info({ collection: name, indexes: wanted }, 'building indexes')
  let after: string | undefined
  let done = 0
  do {
    if (build.stopped()) return
    // What is entered in one commit; writers of the same documents wait or retry meanwhile.
    const page = await records.find({
      space: collection.space,
      limit: STEP_DOCUMENTS,
      maxBytes: STEP_BYTES,
      ...(after !== undefined && { after }),
    })
    await enter(build, name, page.records)
    after = page.next
    if (Math.floor((done + page.records.length) / PROGRESS) > Math.floor(done / PROGRESS)) {
      log?.info({ collection: name, documents: done }, 'building indexes')
    }
    done += page.records.length
  } while (after !== undefined)
  collection = await collections.open(name)
  for (const id of wanted) {
    if (!collection.building.includes(id)) continue
    await collections.mark(name, id, { status: 'ready' })
    log?.info({ collection: name, index: id, documents: done }, 'index is ready')
  }
}

/** Writes these documents anew with all entries, reading again what others changed. */
async function enter(build: IndexBuild, name: string, page: readonly StoredRecord[]): Promise<void> {
  const { records, collections, log } = build
  let pending = page
  /** What others made too large to be read again with the rest. */
  let later: readonly RecordKey[] = []
  while (pending.length + later.length > 0 && !build.stopped()) {
    const collection = await collections.open(name)
    const writes = await prepare(collections, collection, pending)
    if (writes !== 'changed') {
      const seen: Expectation[] = pending.map(({ space, id, version }) => ({ space, id, version }))
      const result = await records.commit(writes, [...seen, collection.expectation])
      if (result.done) pending = []
      else if (result.reason === 'duplicate') {
        log?.error({ collection: name, index: result.index }, 'the index is not unique: it is not enforced, not used')
        await collections.mark(name, result.index, { status: 'failed' })
      }
    }
    if (pending.length > 0) collections.forget(name)
    const keys = [...pending.map(({ space, id }) => ({ space, id })), ...later]
    const again = await records.get(keys, STEP_BYTES)
    later = keys.slice(again.length)
    pending = again.filter((record) => record !== undefined)
  }
}

async function prepare(
  collections: Collections,
  collection: Collection,
  page: readonly StoredRecord[],
): Promise<readonly RecordWrite[] | 'changed'> {
  const writes: RecordWrite[] = []
  for (const { space, id, value } of page) {
    const entries = await collections.entries(collection, unpackDocument(value))
    if (entries === 'changed') return 'changed'
    writes.push({ op: 'put', space, id, value, entries })
  }
  return writes
}
