import { randomBytes } from 'node:crypto'
import type { BlobId } from '../engines/blobs/blobs.ts'
import type { Expectation, PutWrite, RecordWrite } from '../engines/records/records.ts'
import { walkPages } from '../engines/records/walk.ts'
import type { StorageOptions } from './options.ts'
import { dropBlob, removeUnreferenced } from './sweep.ts'

const SPACE = 'trash'
/** How long bytes stay when no file names them any more: whoever has just read the record can still read the bytes. */
const KEPT_MS = 30_000
/** The same where clients may have the URL of the bytes at the store, which is good for a minute. */
const KEPT_WITH_URLS_MS = 90_000
/** Digits of a time in an id, so that ids sort like times. */
const DIGITS = 15
const ID_BYTES = 8
const PAGE = 200

/**
 * Commits writes after which a blob may no longer be needed, and sees to it that its bytes go. Where no other process can
 * read them, they go at once; if the process is killed before, the sweep at its next start takes them. Otherwise the commit
 * puts them into the trash.
 *
 * @returns whether it was done: false when an expectation does not hold
 */
export async function commitWithout(
  options: StorageOptions,
  blob: BlobId | undefined,
  writes: readonly RecordWrite[],
  expectations: readonly Expectation[],
): Promise<boolean> {
  const goesAtOnce = options.blobs.exclusiveSince !== undefined && !options.keepDeletedMs
  const trash = blob === undefined || goesAtOnce ? [] : [trashPut(options, blob)]
  const { done } = await options.records.commit([...writes, ...trash], expectations)
  if (done && blob !== undefined && goesAtOnce) void dropBlob(options, blob)
  return done
}

function trashPut({ blobs, keepDeletedMs, now }: StorageOptions, blob: BlobId): PutWrite {
  const keptMs = Math.max(keepDeletedMs ?? 0, blobs.directUrl === undefined ? KEPT_MS : KEPT_WITH_URLS_MS)
  const due = String(now() + keptMs).padStart(DIGITS, '0')
  return { op: 'put', space: SPACE, id: `${due}-${randomBytes(ID_BYTES).toString('hex')}`, value: blob, entries: [] }
}

/**
 * Removes the blobs that are due and that nobody needs. A new reference is made only from an existing one, so nobody can
 * need them later. Two processes may do it at once.
 *
 * @returns the number of removed blobs
 * @throws the reason of the signal
 */
export async function emptyTrash(options: StorageOptions, signal: AbortSignal): Promise<number> {
  const { records, now } = options
  const before = String(now()).padStart(DIGITS, '0')
  let removed = 0
  for await (const page of walkPages(records, { space: SPACE, limit: PAGE, signal })) {
    const due = page.filter(({ id }) => id < before)
    if (due.length === 0) break
    const blobs = new Set(due.map(({ value }) => value as BlobId))
    removed += await removeUnreferenced(options, [...blobs])
    await records.commit(due.map(({ id }) => ({ op: 'delete', space: SPACE, id })))
    if (due.length < page.length) break
  }
  return removed
}
