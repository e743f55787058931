/**
 * Fills a data directory quickly, and does the work that goes over all files, for `bench/groups/growth.ts`. Takes jobs over
 * IPC; one at a time. Usage: growth.fixture.ts ENV DIRECTORY COLLECTION
 */
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import type { AdminCaller, CloudPath } from '@cloudstead/protocol'
import { compileDatabaseRules, compileStorageRules } from '@cloudstead/rules'
import { createDatabase } from './database/database.ts'
import type { WrittenBlob } from './engines/blobs/blobs.ts'
import { createLeases } from './engines/records/lease.ts'
import { verify } from './migrate/verify.ts'
import { openData } from './open-data.ts'
import type { Settings } from './settings.ts'
import { createBlobReferences } from './storage/blob-references.ts'
import { filePut } from './storage/file-record.ts'
import { createStorage } from './storage/storage.ts'

type Job =
  /** Puts the files and the documents of these numbers there; both are multiples of `COMMIT`. */
  | { readonly operation: 'fill'; readonly from: number; readonly to: number }
  /** Goes over all files, again and again for so many seconds; at least once. */
  | { readonly operation: 'usage' | 'sweep' | 'verify'; readonly seconds: number }

/** The user who owns all files; a custom id. */
const OWNER = 'alice'
const FILES_PER_FOLDER = 100
/** Files that share their bytes, as copies do. */
const FILES_PER_BLOB = 10
const FILE_BYTES = 10 * 1024
const DOCUMENTS_PER_GROUP = 20
/** With this a document has about 330 bytes. */
const FILLER = 'The quick brown fox jumps over the lazy dog. '.repeat(6)
/** Files, or documents, of one commit. */
const COMMIT = 1_000
const ADMIN: AdminCaller = { kind: 'admin', keyId: 'growth' }

const [env = '', directory = '', collection = ''] = process.argv.slice(2)
const data = await openData(env, { dataDir: directory })
const { records, blobs, secrets } = data
const now = Date.now

const settings: Pick<Settings, 'storage' | 'database'> = {
  storage: {
    acl: compileStorageRules('PRIVATE', { resourceOpenid: 'path' }),
    tempUrlMaxAge: 7200,
    maxFileSize: FILE_BYTES,
  },
  database: {
    collections: new Map([
      [
        collection,
        { acl: compileDatabaseRules('PRIVATE'), indexes: [{ name: 'group', fields: [['group', 1]], unique: false }] },
      ],
    ]),
  },
}
const current = () => settings as Settings
const storage = createStorage({
  env,
  records,
  blobs,
  references: createBlobReferences(),
  secrets,
  settings: current,
  now,
  stillValid: () => Promise.resolve(true),
  onBackgroundError(error) {
    throw error
  },
})
const database = createDatabase({ records, settings: current, leases: createLeases({ records, now, alone: true }) })

/** The numbers from `from`, as many as `count`. */
const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + at)

async function fill(from: number, to: number): Promise<void> {
  // On an empty store: notes that all files have their entries, and that the index of the collection is ready.
  await storage.settle()
  if (from === 0) await database.find(ADMIN, { collection, query: { group: 0 }, limit: 1 })
  await database.settled()
  for (let start = from; start < to; start += COMMIT) {
    const count = Math.min(COMMIT, to - start)
    await fillFiles(start, count)
    const documents = numbers(start, count).map((n) => ({
      _id: `doc${n}`,
      _openid: OWNER,
      group: Math.floor(n / DOCUMENTS_PER_GROUP),
      n,
      filler: FILLER,
    }))
    await database.insert(ADMIN, collection, documents)
  }
}

async function fillFiles(from: number, count: number): Promise<void> {
  const written = await Promise.all(
    Array.from({ length: Math.ceil(count / FILES_PER_BLOB) }, () =>
      blobs.write(Readable.from([randomBytes(FILE_BYTES)]), { limit: FILE_BYTES }),
    ),
  )
  const puts = numbers(from, count).map((n, at) => {
    const { id, size, sha256 } = written[Math.floor(at / FILES_PER_BLOB)] as WrittenBlob
    const path = `users/${OWNER}/${Math.floor(n / FILES_PER_FOLDER)}/picture${n}.jpg` as CloudPath
    const times = { createdAt: now(), updatedAt: now() }
    return filePut(env, { path, blob: id, size, sha256, contentType: 'image/jpeg', creator: [OWNER], ...times })
  })
  if (!(await records.commit(puts)).done) throw new Error('a commit was refused')
}

const WORK: Readonly<Record<'usage' | 'sweep' | 'verify', () => Promise<void>>> = {
  async usage() {
    for await (const _ of storage.usage());
  },
  async sweep() {
    const removed = await storage.sweep(new AbortController().signal)
    if (removed > 0) throw new Error(`the sweep removed ${removed} blobs that files need`)
  },
  async verify() {
    const { damaged } = await verify(data, data, 'all')
    if (damaged > 0) throw new Error(`${damaged} files are damaged`)
  },
}

async function measure(job: Job): Promise<object> {
  const start = performance.now()
  if (job.operation === 'fill') {
    await fill(job.from, job.to)
    return { requests: job.to - job.from, seconds: (performance.now() - start) / 1000 }
  }
  const files = await records.count('files')
  const before = process.cpuUsage()
  let times = 0
  do {
    await WORK[job.operation]()
    times += 1
  } while (performance.now() - start < job.seconds * 1000)
  const { user, system } = process.cpuUsage(before)
  const requests = files * times
  return { requests, seconds: (performance.now() - start) / 1000, serverCpuMicros: (user + system) / requests }
}

process.on('message', (job: Job) => {
  measure(job).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) => process.send?.({ error: (error as Error).stack }),
  )
})

async function end(): Promise<void> {
  await database.close()
  await data.close()
  process.exit(0)
}
process.once('disconnect', end)
process.once('SIGTERM', end)
