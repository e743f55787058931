/** Two stores for tests of a migration, and files in them. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CloudPath, objectIdOf } from '@cloudstead/protocol'
import type { BlobId } from '../engines/blobs/blobs.ts'
import { openDiskBlobs } from '../engines/blobs/disk/disk-blobs.ts'
import { openPostgresRecords } from '../engines/records/postgres/postgres-records.ts'
import type { Records } from '../engines/records/records.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import { FILES_SPACE, filePut } from '../storage/file-record.ts'
import type { Side } from './copier.ts'
import { recordDifferences } from './record-differences.ts'

export const ENV = 'demo-1abcde'

interface SidesOptions {
  /** Of the feed of the source. */
  readonly changesKept?: number
  /** URLs of empty databases for the records, instead of files. */
  readonly source?: string
  readonly target?: string
}

/** Opens two empty stores for the time of `work`. */
export async function withSides(
  work: (source: Side, target: Side) => Promise<void>,
  { changesKept = 100_000, ...urls }: SidesOptions = {},
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'cloudstead-migrate-'))
  const open = async (name: 'source' | 'target'): Promise<Side> => {
    const url = urls[name]
    return {
      records:
        url === undefined
          ? await openSqliteRecords({ file: join(dir, name, 'records.sqlite'), changesKept })
          : await openPostgresRecords({ url }),
      blobs: await openDiskBlobs({ dir: join(dir, name, 'blobs') }),
    }
  }
  const sides = [await open('source'), await open('target')] as const
  try {
    await work(...sides)
  } finally {
    for (const { records, blobs } of sides) {
      await records.close()
      await blobs.close()
    }
    await rm(dir, { recursive: true })
  }
}

/** Stores a file; like the server, it removes the bytes of an overwritten one. */
export async function putFile({ records, blobs }: Side, path: string, text: string): Promise<BlobId> {
  const former = await blobOf(records, path)
  const body = Buffer.from(text)
  const { id, sha256 } = await blobs.write(streamOf(body), { limit: body.length })
  const file = { blob: id, size: body.length, sha256, contentType: 'text/plain', createdAt: 1, updatedAt: 1 }
  await records.commit([filePut(ENV, { ...file, path: path as CloudPath })])
  if (former !== undefined) await blobs.remove([former])
  return id
}

export async function removeFile({ records, blobs }: Side, path: string): Promise<void> {
  const former = await blobOf(records, path)
  await records.commit([{ op: 'delete', space: FILES_SPACE, id: objectIdOf(ENV, path as CloudPath) }])
  if (former !== undefined) await blobs.remove([former])
}

async function blobOf(records: Records, path: string): Promise<BlobId | undefined> {
  const [record] = await records.get([{ space: FILES_SPACE, id: objectIdOf(ENV, path as CloudPath) }])
  return record && (JSON.parse(record.value) as { readonly blob: BlobId }).blob
}

async function* streamOf(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body
}

/** The first difference between the records of two stores in some spaces; undefined without any. */
export async function firstDifference(source: Records, target: Records, spaces: readonly string[]): Promise<unknown> {
  for (const space of spaces) {
    const { records } = await source.dump({ space, limit: 10_000, maxBytes: 1 << 28 })
    for await (const difference of recordDifferences(records, target, { space })) return { space, ...difference }
  }
  return undefined
}

/** The names of all blobs and hashes of their bytes. */
export async function blobsOf({ blobs }: Side): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {}
  for await (const { id } of blobs.list()) {
    found[id] = createHash('sha256')
      .update(await blobs.readAll(id))
      .digest('hex')
  }
  return found
}
