import type { Blobs } from '../engines/blobs/blobs.ts'
import type { PutWrite, RecordKey, Records } from '../engines/records/records.ts'
import { MigrationError } from './error.ts'

/** What records say about a store of bytes that is not beside them; the mark of the store says the same. */
interface Home {
  readonly env: string
  /** Identifies the records and the store. */
  readonly store: string
  readonly isMarked: boolean
}

const KEY: RecordKey = { space: 'cluster', id: 'home' }

/** The mark of the store of bytes. */
export function markText({ env, store }: Pick<Home, 'env' | 'store'>): string {
  return `${JSON.stringify({ env, store })}\n`
}

export function homePut({ env, store }: Pick<Home, 'env' | 'store'>): PutWrite {
  return { op: 'put', ...KEY, value: JSON.stringify({ env, store, isMarked: true } satisfies Home), entries: [] }
}

/**
 * Checks that the records and the store of their bytes belong together, as a start does.
 *
 * @param blobs absent when the bytes are beside the records
 * @throws MigrationError
 */
export async function checkHome(records: Records, blobs: Pick<Blobs, 'mark'> | undefined): Promise<void> {
  const [record] = await records.get([KEY])
  if (record === undefined) return
  if (blobs === undefined)
    throw new MigrationError('the files of the source are in another store: --from-blobs is missing')
  if ((await blobs.mark()) === markText(JSON.parse(record.value) as Home)) return
  throw new MigrationError(
    '--from-blobs is not the store that has the files of the source: check the bucket, prefix and endpoint',
  )
}
