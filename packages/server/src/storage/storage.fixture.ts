import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { after } from 'node:test'
import { type AdminCaller, type CloudPath, formatFileId, parseCloudPath } from '@cloudstead/protocol'
import { compileStorageRules } from '@cloudstead/rules'
import { listedIds } from '../engines/blobs/blobs.contract.ts'
import type { Blobs } from '../engines/blobs/blobs.ts'
import { openDiskBlobs } from '../engines/blobs/disk/disk-blobs.ts'
import type { Records } from '../engines/records/records.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import { loadSecrets } from '../secrets.ts'
import type { Settings, StorageSettings } from '../settings.ts'
import { createBlobReferences } from './blob-references.ts'
import { contentTypeFor } from './content-type.ts'
import { FILES_SPACE, type FileRecord, filePut } from './file-record.ts'
import { createStorage, type Storage } from './storage.ts'

export const ENV = 'demo-1abcde'
/** Bytes. */
export const MAX_FILE_SIZE = 10_000_000
export const ADMIN: AdminCaller = { kind: 'admin', keyId: 'a' }

/** The storage service on the real engines, in a directory of its own, for the tests of files and folders. */
export interface StorageFixture {
  readonly storage: Storage
  readonly records: Records
  readonly clock: { now: number }
  /** The number of records that each read of an index returned. */
  readonly reads: number[]
  /** Called between two steps of the service. */
  readonly hooks: {
    beforeRead?: () => Promise<void>
    /** In place of a commit, which it may do. */
    commit?: (commit: () => ReturnType<Records['commit']>) => ReturnType<Records['commit']>
  }
  useAcl(acl: unknown): void
  /** Makes files without bytes, quickly. */
  seed(paths: readonly string[], more?: Partial<FileRecord>): Promise<void>
  /** Uploads a file. */
  upload(path: string, content: string | AsyncIterable<Uint8Array>, contentType?: string): Promise<void>
  /** The paths and contents of all files. */
  contents(): Promise<Readonly<Record<string, string>>>
  paths(): Promise<readonly string[]>
  blobs(): Promise<readonly string[]>
  /** Removes the bytes of what was deleted or replaced, as when its time has come. */
  emptyTrash(): Promise<void>
  clear(): Promise<void>
}

/**
 * Await it at the top level of a test file. Everything is removed after the tests of the file.
 *
 * @param openBlobs opens a store other than a directory
 */
export async function storageForFile(
  openBlobs: (options: { readonly dir: string }) => Promise<Blobs> = openDiskBlobs,
): Promise<StorageFixture> {
  const dir = await mkdtemp(join(tmpdir(), 'cloudstead-storage-'))
  const engine = await openSqliteRecords({ file: join(dir, 'records.sqlite') })
  const store = await openBlobs({ dir: join(dir, 'blobs') })
  const hooks: StorageFixture['hooks'] = {}
  const blobs: Blobs = {
    ...store,
    async read(id, range) {
      await hooks.beforeRead?.()
      return store.read(id, range)
    },
  }
  const clock = { now: Date.UTC(2026, 0, 1) }
  const reads: number[] = []
  const records: Records = {
    ...engine,
    async commit(writes, expectations) {
      const commit = () => engine.commit(writes, expectations)
      return hooks.commit === undefined ? commit() : hooks.commit(commit)
    },
    async find(request) {
      const found = await engine.find(request)
      if (request.index !== undefined) reads.push(found.records.length)
      return found
    },
  }
  let settings: StorageSettings = {
    acl: compileStorageRules('READONLY', { resourceOpenid: 'path' }),
    tempUrlMaxAge: 7200,
    maxFileSize: MAX_FILE_SIZE,
  }
  const storage = createStorage({
    env: ENV,
    records,
    blobs,
    references: createBlobReferences(),
    secrets: await loadSecrets(dir),
    settings: () => ({ storage: settings }) as Settings,
    now: () => clock.now,
    stillValid: async () => true,
    onBackgroundError: (error) => {
      throw error
    },
  })
  after(async () => {
    await engine.close()
    await blobs.close()
    await rm(dir, { recursive: true })
  })
  const paths = async () => {
    const found: string[] = []
    for (let next: string | undefined, more = true; more; more = next !== undefined) {
      const page = await engine.find({ space: FILES_SPACE, index: 'path', limit: 1000, ...(next && { after: next }) })
      found.push(...page.records.map(({ value }) => (JSON.parse(value) as { path: string }).path))
      next = page.next
    }
    return found
  }
  return {
    storage,
    records,
    clock,
    reads,
    hooks,
    useAcl(acl) {
      settings = { ...settings, acl: compileStorageRules(acl, { resourceOpenid: 'path' }) }
    },
    async seed(wanted, more = {}) {
      if (wanted.length === 0) return
      const empty = await blobs.write(bytesOf(''), { limit: 0 })
      const file = {
        blob: empty.id,
        size: 0,
        sha256: empty.sha256,
        createdAt: clock.now,
        updatedAt: clock.now,
        ...more,
      }
      const puts = wanted.map((path) =>
        filePut(ENV, { contentType: contentTypeFor(path, undefined), ...file, path: path as CloudPath }),
      )
      await engine.commit(puts)
    },
    async upload(path, content, contentType) {
      const { ticket } = await storage.issueUpload(ADMIN, path)
      const admitted = await storage.admitUpload(ticket, undefined)
      await storage.receiveUpload(admitted, typeof content === 'string' ? bytesOf(content) : content, { contentType })
    },
    async contents() {
      const all: Record<string, string> = {}
      for (const path of await paths()) {
        const [url] = await storage.temporaryUrls(ADMIN, [{ fileId: formatFileId(ENV, parseCloudPath(path)) }])
        if (url?.ok !== true) throw new Error(`no URL of ${path}`)
        const { pathname, searchParams } = new URL(url.pathAndQuery, 'http://x')
        const { body } = await storage.openObject({
          pathname,
          objectId: pathname.split('/')[2] ?? '',
          sign: searchParams.get('sign') ?? undefined,
          t: searchParams.get('t') ?? undefined,
        })
        all[path] = await textOf(await storage.bytes(body))
      }
      return all
    },
    paths,
    blobs: () => listedIds(blobs),
    async emptyTrash() {
      clock.now += 31_000
      await storage.emptyTrash(new AbortController().signal)
    },
    async clear() {
      const all = await engine.find({ space: FILES_SPACE, limit: 100_000 })
      await engine.commit(all.records.map(({ space, id }) => ({ op: 'delete', space, id })))
      await blobs.remove(await listedIds(blobs))
      settings = { ...settings, acl: compileStorageRules('READONLY', { resourceOpenid: 'path' }) }
      reads.length = 0
    },
  }
}

async function* bytesOf(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content)
}

async function textOf(bytes: Uint8Array | Readable | undefined): Promise<string> {
  if (bytes === undefined) throw new Error('the blob has been removed')
  return (bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.concat(await bytes.toArray())).toString()
}
