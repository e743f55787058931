/** Opens the data of an environment for a server: the engines, and the secrets that belong to them. */
import { claimHome, refuseOtherHome } from './cluster/home.ts'
import { loadSealedSecrets, type RecordsPlace } from './cluster/sealed-secrets.ts'
import { lockDataDir, openDataDir } from './data-dir.ts'
import { type BlobsPlace, type Engines, openEngines } from './engines/open.ts'
import { refuseUnfinished } from './migrate/state.ts'
import { loadSecrets, type Secrets } from './secrets.ts'
import { hasFiles } from './storage/store.ts'

/** Where the data of an environment is. */
export interface DataPlaces {
  /** Has what is not elsewhere: secrets and records without `records`, files without `blobs`. */
  readonly dataDir: string
  readonly records?: RecordsPlace | undefined
  readonly blobs?: BlobsPlace | undefined
  /** The data directory is locked by a process that starts several servers on it. */
  readonly isLocked?: boolean
}

export interface OpenedData extends Pick<Engines, 'records' | 'blobs'> {
  readonly secrets: Secrets
  /** Whether no other server can have this data open. */
  readonly alone: boolean
  /** For the log: engines that are set up to lose what they acknowledge. */
  readonly warnings: readonly string[]
  /** Finishes the accepted work, closes the engines and lets other servers have the data directory. */
  close(): Promise<void>
}

/**
 * @throws DataDirInUseError when another server uses the data directory; HomeError when the engines do not belong together;
 *   MigrationError when a migration to them has not finished; SecretsError; the errors of the engines
 */
export async function openData(env: string, places: DataPlaces): Promise<OpenedData> {
  if (places.records) return open(env, places, { url: places.records.url, alone: false })
  const paths = openDataDir(places.dataDir, env)
  if (places.isLocked === true) return open(env, places, { url: paths.records, alone: false, paths })
  const unlock = lockDataDir(paths)
  try {
    const data = await open(env, places, { url: paths.records, alone: true, paths })
    const close = () => data.close().finally(unlock)
    return { ...data, close }
  } catch (error) {
    unlock()
    throw error
  }
}

interface Opening {
  /** Of the records. */
  readonly url: string
  readonly alone: boolean
  readonly paths?: ReturnType<typeof openDataDir>
}

async function open(env: string, places: DataPlaces, { url, alone, paths }: Opening): Promise<OpenedData> {
  const blobsPlace = places.blobs ?? (paths && { directory: paths.blobs })
  if (blobsPlace === undefined) throw new Error('records in PostgreSQL need a place for the files')
  const warnings: string[] = []
  // The lock is on the data directory; another one may have the same store.
  const exclusive = alone && places.blobs === undefined
  const locations = { records: url, blobs: blobsPlace, exclusive }
  const engines = await openEngines(locations, { warn: (message) => warnings.push(message) })
  const { records, blobs } = engines
  try {
    await refuseUnfinished(records)
    const secrets = places.records
      ? await loadSealedSecrets({ records, env, masterKey: places.records.masterKey })
      : await loadSecrets(paths?.dir ?? '')
    const storeName = nameOf(blobsPlace)
    if (places.blobs) await claimHome({ env, records, blobs, storeName, hasFiles: () => hasFiles(records) })
    else await refuseOtherHome(records)
    return { ...engines, secrets, alone, warnings }
  } catch (error) {
    // Closed, so that the process ends.
    await engines.close()
    throw error
  }
}

/** Without the query, which says how to reach the store. */
function nameOf(place: BlobsPlace): string {
  return 'directory' in place ? place.directory : place.url.replace(/\?.*$/, '')
}
