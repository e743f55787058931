/** Opens the engines. The only file outside engines/records and engines/blobs that knows the implementations. */
import type { Blobs } from './blobs/blobs.ts'
import { openDiskBlobs } from './blobs/disk/disk-blobs.ts'
import type { Records } from './records/records.ts'
import { openSqliteRecords } from './records/sqlite/sqlite-records.ts'

/** Where the engines keep their data. */
export interface EngineLocations {
  /** The SQLite file of the records, or the URL of a PostgreSQL database, `postgres://...`. */
  readonly records: string
  /** The directory of the blobs. */
  readonly blobs: string
}

export interface OpenOptions {
  /** Gets a line for the log when an engine is set up to lose what it acknowledges. */
  readonly warn?: (message: string) => void
}

export interface Engines {
  readonly records: Records
  readonly blobs: Blobs
  /** Finishes the accepted work, then closes both engines. */
  close(): Promise<void>
}

/** Opens only the records engine, for commands. Safe while a server runs on the same data. */
export async function openRecords(
  { records }: Pick<EngineLocations, 'records'>,
  { warn }: OpenOptions = {},
): Promise<Records> {
  if (!/^postgres(?:ql)?:/.test(records)) return openSqliteRecords({ file: records })
  // Loaded only where it is used: the driver takes as long as a third of the start.
  const { openPostgresRecords } = await import('./records/postgres/postgres-records.ts')
  return openPostgresRecords({ url: records, warn })
}

/** Opens both engines for the one server of these locations: its lock on the data directory keeps others out. */
export async function openEngines(locations: EngineLocations, options?: OpenOptions): Promise<Engines> {
  const records = await openRecords(locations, options)
  const blobs = await openDiskBlobs({ dir: locations.blobs, exclusive: true })
  return {
    records,
    blobs,
    async close() {
      await records.close()
      await blobs.close()
    },
  }
}
