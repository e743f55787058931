import { setImmediate } from 'node:timers/promises'
import type { Records } from '../engines/records/records.ts'
import { FILES_SPACE, storedFile } from './file-record.ts'

/** What an environment stores. */
export interface StorageUsage {
  readonly files: number
  readonly bytes: number
}

/** Records read before others get their turn: a few milliseconds. */
const PAGE = 500

/**
 * Counts files and their bytes; empty folders are no files. Walks over all of them in small steps, and tells after each
 * what it has found so far.
 */
export async function* countStorage(records: Records): AsyncGenerator<StorageUsage> {
  let files = 0
  let bytes = 0
  let after: string | undefined
  do {
    const page = await records.find({ space: FILES_SPACE, limit: PAGE, ...(after === undefined ? {} : { after }) })
    for (const record of page.records) {
      const { path, size } = storedFile(record)?.file ?? { path: '', size: 0 }
      bytes += size
      if (!path.endsWith('/')) files += 1
    }
    yield { files, bytes }
    after = page.next
    await setImmediate()
  } while (after !== undefined)
}
