/** Opens the engines. The only file outside engines/records and engines/blobs that knows the implementations. */
import type { Blobs } from './blobs/blobs.ts'
import { openDiskBlobs } from './blobs/disk/disk-blobs.ts'
import type { Records } from './records/records.ts'
import { openSqliteRecords } from './records/sqlite/sqlite-records.ts'

/** Where the bytes of files are. */
export interface BlobsPlace {
  readonly directory: string
}

/** Where the engines keep their data. */
export interface EngineLocations {
  /** The SQLite file of the records, or the URL of a PostgreSQL database, `postgres://...`. */
  readonly records: string
  readonly blobs: BlobsPlace
  /** Whether a lock keeps all other servers out. */
  readonly exclusive: boolean
}

export interface Engines {
  readonly records: Records
  readonly blobs: Blobs
  /** Finishes the accepted work, then closes both engines. */
  close(): Promise<void>
}

/** Opens only the records engine, for commands. Safe while a server runs on the same data. */
export async function openRecords({ records }: Pick<EngineLocations, 'records'>): Promise<Records> {
  if (!/^postgres(?:ql)?:/.test(records)) return openSqliteRecords({ file: records })
  // Loaded only where it is used: the driver takes as long as a third of the start.
  const { openPostgresRecords } = await import('./records/postgres/postgres-records.ts')
  return openPostgresRecords({ url: records })
}

export async function openEngines(locations: EngineLocations): Promise<Engines> {
  const records = await openRecords(locations)
  // Closed when the other cannot be opened, so that the process ends.
  const blobs = await openDiskBlobs({ dir: locations.blobs.directory, exclusive: locations.exclusive }).catch(
    async (error: unknown) => {
      await records.close()
      throw error
    },
  )
  return {
    records,
    blobs,
    async close() {
      await records.close()
      await blobs.close()
    },
  }
}
