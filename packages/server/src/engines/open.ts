/** Opens the engines. The only file outside engines/records and engines/blobs that knows the implementations. */
import type { Blobs } from './blobs/blobs.ts'
import { openDiskBlobs } from './blobs/disk/disk-blobs.ts'
import type { Records } from './records/records.ts'
import { openSqliteRecords } from './records/sqlite/sqlite-records.ts'

/** Where the bytes of files are: a directory, or `s3://...` with the keys of the bucket. */
export type BlobsPlace =
  | { readonly directory: string }
  | {
      readonly url: string
      readonly credentials: {
        readonly accessKeyId: string
        readonly secretAccessKey: string
        readonly sessionToken?: string
      }
    }

/** Where the engines keep their data. */
export interface EngineLocations {
  /** The SQLite file of the records, or the URL of a PostgreSQL database, `postgres://...`. */
  readonly records: string
  readonly blobs: BlobsPlace
  /** Whether a lock keeps all other servers out. */
  readonly exclusive: boolean
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

/** Opens only the records engine, for commands. Safe while servers run on the same data. */
export async function openRecords(
  { records }: Pick<EngineLocations, 'records'>,
  { warn }: OpenOptions = {},
): Promise<Records> {
  if (!/^postgres(?:ql)?:/.test(records)) return openSqliteRecords({ file: records })
  // Loaded only where it is used: the driver takes as long as a third of the start.
  const { openPostgresRecords } = await import('./records/postgres/postgres-records.ts')
  return openPostgresRecords({ url: records, warn })
}

/** The place of the blobs is wrong; the message says what is valid. */
class BlobsPlaceError extends Error {
  override readonly name = 'BlobsPlaceError'
}

/** Opens only the blobs engine. @throws BlobsPlaceError */
async function openBlobs({ blobs, exclusive }: Pick<EngineLocations, 'blobs' | 'exclusive'>): Promise<Blobs> {
  if ('directory' in blobs) return openDiskBlobs({ dir: blobs.directory, exclusive })
  const { parseS3Url } = await import('./blobs/s3/s3-location.ts')
  const { openS3Blobs } = await import('./blobs/s3/s3-blobs.ts')
  return openS3Blobs({ location: located(() => parseS3Url(blobs.url)), credentials: blobs.credentials })
}

function located<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new BlobsPlaceError(`--blobs (or CLOUDSTEAD_BLOBS) ${(error as Error).message}`)
  }
}

export async function openEngines(locations: EngineLocations, options?: OpenOptions): Promise<Engines> {
  const blobs = await openBlobs(locations)
  // Closed when the other cannot be opened, so that the process ends.
  const records = await openRecords(locations, options).catch(async (error: unknown) => {
    await blobs.close()
    throw error
  })
  return {
    records,
    blobs,
    async close() {
      await records.close()
      await blobs.close()
    },
  }
}
