import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { after } from 'node:test'
import { type AdminCaller, type CloudPath, formatFileId, parseCloudPath } from '@cloudstead/protocol'
import { compileStorageRules } from '@cloudstead/rules'
import { openDiskBlobs } from '../engines/blobs/disk/disk-blobs.ts'
import type { Records } from '../engines/records/records.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import { loadSecrets } from '../secrets.ts'
import type { Settings, StorageSettings } from '../settings.ts'
import { contentTypeFor } from './content-type.ts'
import { FILES_SPACE, filePut } from './file-record.ts'
import { createStorage, type Storage } from './storage.ts'

export const ENV = 'demo-1abcde'
/** Bytes. */
export const MAX_FILE_SIZE = 10_000_000
export const ADMIN: AdminCaller = { kind: 'admin', keyId: 'a' }

/** What the tests of files and folders share: the service over the real engines, in a folder of its own. */
export interface StorageSetup {
  readonly storage: Storage
  readonly records: Records
  readonly clock: { now: number }
  /** How many records each walk of an index has read. */
  readonly reads: number[]
  useAcl(acl: unknown): void
  /** Makes files that have no bytes, quickly. */
  seed(paths: readonly string[], more?: { readonly creator?: readonly string[] }): Promise<void>
  /** Stores a file as an upload does. */
  upload(path: string, content: string | AsyncIterable<Uint8Array>, contentType?: string): Promise<void>
  /** The paths and contents of all files. */
  contents(): Promise<Readonly<Record<string, string>>>
  paths(): Promise<readonly string[]>
  blobs(): Promise<readonly string[]>
  clear(): Promise<void>
}

/** To be awaited at the top level of a test file: everything goes after its tests. */
export async function storageForFile(): Promise<StorageSetup> {
  const dir = await mkdtemp(join(tmpdir(), 'cloudstead-storage-'))
  const engine = await openSqliteRecords({ file: join(dir, 'records.sqlite') })
  const blobs = await openDiskBlobs({ dir: join(dir, 'blobs') })
  const clock = { now: Date.UTC(2026, 0, 1) }
  const reads: number[] = []
  const records: Records = {
    ...engine,
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
        filePut(ENV, { ...file, path: path as CloudPath, contentType: contentTypeFor(path, undefined) }),
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
        const { file } = await storage.openObject({
          pathname,
          objectId: pathname.split('/')[2] ?? '',
          sign: searchParams.get('sign') ?? undefined,
          t: searchParams.get('t') ?? undefined,
        })
        all[path] = await textOf(await storage.bytes(file))
      }
      return all
    },
    paths,
    async blobs() {
      const ids: string[] = []
      for await (const { id } of blobs.list()) ids.push(id)
      return ids
    },
    async clear() {
      const all = await engine.find({ space: FILES_SPACE, limit: 100_000 })
      await engine.commit(all.records.map(({ space, id }) => ({ op: 'delete', space, id })))
      await (await storage.planSweep(true))(new AbortController().signal)
      settings = { ...settings, acl: compileStorageRules('READONLY', { resourceOpenid: 'path' }) }
      reads.length = 0
    },
  }
}

export async function* bytesOf(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content)
}

async function textOf(bytes: Uint8Array | Readable): Promise<string> {
  return (bytes instanceof Uint8Array ? Buffer.from(bytes) : Buffer.concat(await bytes.toArray())).toString()
}
