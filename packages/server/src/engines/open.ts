/** Opens the engines that the configuration names. The only file outside the engines that knows which there are. */
import type { Blobs } from './blobs/blobs.ts'
import { openDiskBlobs } from './blobs/disk/disk-blobs.ts'
import type { Records } from './records/records.ts'
import { openSqliteRecords } from './records/sqlite/sqlite-records.ts'

/** Where the engines keep their data. */
export interface EngineLocations {
  /** The SQLite file of the records. */
  readonly records: string
  /** The directory of the blobs. */
  readonly blobs: string
}

export interface Engines {
  readonly records: Records
  readonly blobs: Blobs
  /** Finishes what the engines have accepted, then closes them. */
  close(): Promise<void>
}

/** Opens the records alone, as most commands need them. A running server on the same data is not disturbed. */
export function openRecords({ records }: EngineLocations): Promise<Records> {
  return openSqliteRecords({ file: records })
}

/** Opens both engines. */
export async function openEngines(locations: EngineLocations): Promise<Engines> {
  const records = await openRecords(locations)
  const blobs = await openDiskBlobs({ dir: locations.blobs })
  return {
    records,
    blobs,
    async close() {
      await records.close()
      await blobs.close()
    },
  }
}
