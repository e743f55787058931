import { createHash } from 'node:crypto'
import { type BlobId, BlobMissingError, type Blobs } from '../engines/blobs/blobs.ts'
import type { Records } from '../engines/records/records.ts'
import { type NamedBlob, namedBlobs } from '../storage/named-blob.ts'
import type { Side } from './copier.ts'
import { MigrationError } from './error.ts'
import { inParallel } from './in-parallel.ts'
import { recordDifferences } from './record-differences.ts'
import { isCopied } from './spaces.ts'

/** `sample`: the numbers of records, and the bytes of some files. `all`: every record and every byte. */
export type Thoroughness = 'sample' | 'all'

export interface Verified {
  readonly records: number
  /** Files whose bytes were read. */
  readonly files: number
  /** Files whose bytes are not what their record says, in the source as in the target. */
  readonly damaged: number
}

/** Servers are down meanwhile. */
const SAMPLE_FILES = 200
const SAMPLE_BYTES = 1024 ** 3
const READS = 4
const PAGE = { limit: 500, maxBytes: 4 * 1024 * 1024 } as const

/**
 * Compares source and target when neither changes.
 *
 * @throws MigrationError naming the first difference
 */
export async function verify(source: Side, target: Side, thoroughness: Thoroughness): Promise<Verified> {
  const records = await verifyRecords(source.records, target.records, thoroughness)
  let files = 0
  let damaged = 0
  const check = async (named: NamedBlob): Promise<void> => {
    const result = await verifyBytes(source.blobs, target.blobs, named)
    files += 1
    if (result === 'damaged') damaged += 1
  }
  if (thoroughness === 'sample') await inParallel(await sampleOf(namedBlobs(target.records)), READS, check)
  else for await (const some of groupsOf(namedBlobs(target.records))) await inParallel(some, READS, check)
  return { records, files, damaged }
}

/** @returns how many records there are */
async function verifyRecords(source: Records, target: Records, thoroughness: Thoroughness): Promise<number> {
  const spaces = new Set([...(await source.spaces()), ...(await target.spaces())].filter(isCopied))
  let total = 0
  for (const space of spaces) {
    const [expected, found] = [await source.count(space), await target.count(space)]
    if (expected !== found) {
      throw new MigrationError(
        `the target has ${found} records in "${space}", the source ${expected}: repeat the command`,
      )
    }
    if (thoroughness === 'all') await verifySpace(source, target, space)
    total += expected
  }
  return total
}

async function verifySpace(source: Records, target: Records, space: string): Promise<void> {
  for (let from: string | undefined = '', more = true; more; ) {
    const page = await source.dump({ space, from, ...PAGE })
    for await (const { missing, extra } of recordDifferences(page.records, target, { space, from, to: page.next })) {
      const [first] = [...missing, ...extra]
      throw new MigrationError(
        `the record "${first?.id}" in "${space}" is not the same in the target: repeat the command`,
      )
    }
    from = page.next
    more = from !== undefined
  }
}

async function verifyBytes(source: Blobs, target: Blobs, named: NamedBlob): Promise<'good' | 'damaged'> {
  const found = await digestOf(target, named.blob)
  if (found?.sha256 === named.sha256 && found.size === named.size) return 'good'
  const original = await digestOf(source, named.blob)
  if (original?.sha256 === found?.sha256 && original?.size === found?.size) return 'damaged'
  throw new MigrationError(`the bytes ${named.blob} are not the same in the target: repeat the command`)
}

/** Undefined when there is no such blob. */
async function digestOf(blobs: Blobs, id: BlobId): Promise<{ size: number; sha256: string } | undefined> {
  const hash = createHash('sha256')
  let size = 0
  try {
    for await (const chunk of await blobs.read(id)) {
      hash.update(chunk as Uint8Array)
      size += (chunk as Uint8Array).byteLength
    }
  } catch (error) {
    if (error instanceof BlobMissingError) return undefined
    throw error
  }
  return { size, sha256: hash.digest('hex') }
}

/** A random choice in which each has the same chance; of large files, fewer. */
async function sampleOf(all: AsyncIterable<NamedBlob>): Promise<readonly NamedBlob[]> {
  const sample: NamedBlob[] = []
  let seen = 0
  for await (const one of all) {
    seen += 1
    const at = seen <= SAMPLE_FILES ? seen - 1 : Math.floor(Math.random() * seen)
    if (at < SAMPLE_FILES) sample[at] = one
  }
  let bytes = 0
  return sample.filter(({ size }, at) => {
    bytes += size
    return at === 0 || bytes <= SAMPLE_BYTES
  })
}

/** Groups of different blobs. */
async function* groupsOf(all: AsyncIterable<NamedBlob>): AsyncGenerator<readonly NamedBlob[]> {
  let group: NamedBlob[] = []
  for await (const one of all) {
    if (one.blob === group.at(-1)?.blob) continue
    group.push(one)
    if (group.length < PAGE.limit) continue
    yield group
    group = []
  }
  yield group
}
