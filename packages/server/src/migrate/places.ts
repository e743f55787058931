/** Opens the source and the target of a migration, and refuses what cannot be one. */
import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { homePut, markText, tiedTo } from '../cluster/home.ts'
import { envOfRecords, type RecordsPlace, readSealedSecrets, sealedSecretsPut } from '../cluster/sealed-secrets.ts'
import { type DataPaths, environmentsIn, lockDataDir, openDataDir } from '../data-dir.ts'
import { type BlobId, BlobMissingError, type Blobs } from '../engines/blobs/blobs.ts'
import { type BlobsPlace, openEngines, openRecords } from '../engines/open.ts'
import { readFeedCursor } from '../engines/records/cursor.ts'
import type { Records } from '../engines/records/records.ts'
import { completed, readStoredSecrets, type StoredSecrets, writeStoredSecrets } from '../secrets.ts'
import { namedBlobs } from '../storage/named-blob.ts'
import type { Side } from './copier.ts'
import { MigrationError } from './error.ts'
import { type SourceStop, STOPPED, stopOfDirectory, stopOfNodes } from './source-stop.ts'
import { type MigrationState, readTarget, takenOver } from './state.ts'

/** Where the data of an environment is: with `records` in a database, else in a data directory. */
export interface Place {
  readonly dataDir?: string
  readonly records?: RecordsPlace
  /** Absent when the bytes are in the data directory. */
  readonly blobs?: BlobsPlace | undefined
}

export interface OpenedSource extends Side {
  /** Identifies the records. */
  readonly id: string
  readonly stop: SourceStop
  secrets(): Promise<StoredSecrets>
  close(): Promise<void>
}

export interface OpenedTarget extends Side {
  /** Identifies the store of the bytes, when it is not in the data directory. */
  mark(state: MigrationState): Promise<void>
  /** Stores the secrets and ends the migration; from then on servers can start. */
  finish(secrets: StoredSecrets, state: MigrationState): Promise<void>
  close(): Promise<void>
}

/** A few may be damaged, or overwritten at this moment. */
const TRIED_FILES = 20
/** A space that nobody writes; its feed tells which store it is. */
const NOBODYS_SPACE = 'migration:none'

/** The environment of a source that has only one. @throws MigrationError */
export async function onlyEnvironment({ dataDir = '', records: place }: Place): Promise<string> {
  const found = place ? await environmentsOf(place.url) : environmentsIn(dataDir)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const reason = only === undefined ? 'the source has no environment' : `the source has ${found.join(', ')}`
  throw new MigrationError(`${reason}: say with --env which one moves`)
}

async function environmentsOf(url: string): Promise<readonly string[]> {
  const records = await openRecords({ records: url })
  try {
    const env = await envOfRecords(records)
    return env === undefined ? [] : [env]
  } finally {
    await records.close()
  }
}

/**
 * @param isStopped the operator says that no server uses the source
 * @throws MigrationError when there is no such environment, or the parts of the source do not belong together; SecretsError
 */
export async function openSource(env: string, place: Place, isStopped: boolean): Promise<OpenedSource> {
  const paths = sourcePaths(env, place)
  const engines = await openEngines({ ...locationsOf(place, paths), exclusive: false })
  const { records } = engines
  const secrets = async () => {
    const stored = place.records
      ? await readSealedSecrets({ records, env, masterKey: place.records.masterKey })
      : await readStoredSecrets(paths?.dir ?? '')
    if (stored === undefined) throw new MigrationError(`the source has no environment yet: no server has started on it`)
    return completed(stored)
  }
  const stop = paths ? stopOfDirectory(() => lockDataDir(paths)) : isStopped ? STOPPED : stopOfNodes(records, Date.now)
  try {
    await checkHome(engines, place)
    await secrets()
    await checkBytes(engines)
    return {
      ...engines,
      id: await storeOf(records),
      stop,
      secrets,
      async close() {
        stop.close()
        await engines.close()
      },
    }
  } catch (error) {
    await engines.close()
    throw error
  }
}

function sourcePaths(env: string, { dataDir, records }: Place): DataPaths | undefined {
  if (records || dataDir === undefined) return undefined
  const existing = environmentsIn(dataDir)
  if (existing.includes(env)) return openDataDir(dataDir, env)
  const others = existing.length === 0 ? 'it has none' : `it has ${existing.join(', ')}`
  throw new MigrationError(`there is no environment ${env} in ${dataDir}; ${others}; check --env and --from-data-dir`)
}

/**
 * Opens the target, which must be empty or the target of an unfinished migration of the same source. A data directory is
 * locked until `close`.
 *
 * @throws MigrationError; DataDirInUseError when a server uses the data directory
 */
export async function openTarget(env: string, place: Place, from: Place, source: OpenedSource): Promise<OpenedTarget> {
  refuseSame(env, place, from)
  const paths = place.records || place.dataDir === undefined ? undefined : openDataDir(place.dataDir, env)
  const unlock = paths && lockDataDir(paths)
  const exclusive = paths !== undefined && place.blobs === undefined
  const engines = await openEngines({ ...locationsOf(place, paths), exclusive }).catch((error: unknown) => {
    unlock?.()
    throw error
  })
  const target: OpenedTarget = {
    ...engines,
    async mark(state) {
      if (place.blobs === undefined) return
      const text = markText({ env, store: state.store })
      if ((await engines.blobs.mark(text)) !== text) throw new MigrationError(NOT_OF_THIS)
    },
    async finish(secrets, state) {
      const sealed = place.records && sealedSecretsPut(secrets, env, place.records.masterKey)
      if (paths) await writeStoredSecrets(paths.dir, secrets)
      const writes = [...(sealed ? [sealed] : []), ...(place.blobs ? [homePut({ env, store: state.store })] : [])]
      const absent = sealed ? [{ space: sealed.space, id: sealed.id, version: null }] : []
      const result = await engines.records.commit([...writes, ...state.removal()], [state.fence, ...absent])
      if (result.done) return
      const isTakenOver = result.reason === 'conflict' && result.keys.some(({ id }) => id === state.fence.id)
      throw isTakenOver ? takenOver() : new MigrationError(STARTED)
    },
    async close() {
      await engines.close()
      unlock?.()
    },
  }
  try {
    await checkTarget(env, target, source, place, paths)
    return target
  } catch (error) {
    await target.close()
    throw error
  }
}

const SAME = 'the source and the target are the same'
const STARTED = 'a server or a command was started on the target before the migration had finished: choose an empty one'
const NOT_OF_THIS = 'the store of --to-blobs belongs to other records: choose an empty one'

function refuseSame(env: string, to: Place, from: Place): void {
  const directoriesOf = ({ dataDir, blobs }: Place): readonly string[] => [
    ...(dataDir === undefined ? [] : [join(dataDir, env), join(dataDir, env, 'blobs')]),
    ...(blobs && 'directory' in blobs ? [blobs.directory] : []),
  ]
  const real = (place: Place) =>
    directoriesOf(place)
      .filter((path) => existsSync(path))
      .map((path) => realpathSync(path))
  const taken = new Set(real(from))
  if (real(to).some((path) => taken.has(path))) throw new MigrationError(SAME)
}

/** Nothing of the target has changed when it throws. */
async function checkTarget(
  env: string,
  { records, blobs }: Side,
  source: OpenedSource,
  { blobs: blobsPlace }: Place,
  paths: DataPaths | undefined,
): Promise<void> {
  if ((await storeOf(records)) === source.id) throw new MigrationError(SAME)
  const note = await readTarget(records)
  const spaces = await records.spaces()
  if (note === undefined) {
    const hasSecrets = paths !== undefined && (await readStoredSecrets(paths.dir)) !== undefined
    if (spaces.length > 0 || hasSecrets) {
      throw new MigrationError('the target has data already: choose an empty database, or a new data directory')
    }
    if ((await blobs.mark()) !== undefined || (await hasAny(blobs))) {
      throw new MigrationError('the target has files already: choose an empty directory, or an empty bucket or prefix')
    }
    return
  }
  if (note.env !== env || note.source !== source.id) {
    throw new MigrationError(
      `the target is that of an unfinished migration of ${note.env === env ? 'another source' : note.env}: choose an empty one`,
    )
  }
  if (spaces.includes('cluster')) {
    throw new MigrationError(STARTED)
  }
  const mark = blobsPlace && (await blobs.mark())
  if (mark !== undefined && mark !== markText(note)) throw new MigrationError(NOT_OF_THIS)
}

/** Checks that the records and the store of their bytes belong together, as a start does. */
async function checkHome({ records, blobs }: Side, { blobs: isElsewhere }: Place): Promise<void> {
  const tie = await tiedTo(records, blobs)
  if (tie === 'nothing') return
  if (isElsewhere === undefined)
    throw new MigrationError('the files of the source are in another store: --from-blobs is missing')
  if (tie === 'this') return
  throw new MigrationError(
    '--from-blobs is not the store that has the files of the source: check the bucket, prefix and endpoint',
  )
}

/** Records with the wrong store of bytes would have none of them. */
async function checkBytes({ records, blobs }: Side): Promise<void> {
  let tried = 0
  for await (const { blob } of namedBlobs(records)) {
    if (await hasBlob(blobs, blob)) return
    tried += 1
    if (tried === TRIED_FILES) break
  }
  if (tried > 0) throw new MigrationError('the source has not the bytes of its files: check --from-blobs')
}

async function hasBlob(blobs: Blobs, id: BlobId): Promise<boolean> {
  try {
    ;(await blobs.read(id)).destroy()
    return true
  } catch (error) {
    if (error instanceof BlobMissingError) return false
    throw error
  }
}

async function hasAny(blobs: Blobs): Promise<boolean> {
  for await (const _ of blobs.list()) return true
  return false
}

async function storeOf(records: Records): Promise<string> {
  const { next } = await records.changes({ spaces: [NOBODYS_SPACE], limit: 1 })
  return Buffer.from(readFeedCursor(next).store).toString('hex')
}

function locationsOf(
  { records, blobs }: Place,
  paths: DataPaths | undefined,
): Pick<Parameters<typeof openEngines>[0], 'records' | 'blobs'> {
  const url = records?.url ?? paths?.records
  const place = blobs ?? (paths && { directory: paths.blobs })
  if (url === undefined || place === undefined) throw new Error('a place needs records and blobs')
  return { records: url, blobs: place }
}
