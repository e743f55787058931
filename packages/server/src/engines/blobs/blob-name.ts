/**
 * The names of blobs. All engines use one form, so that blobs keep their ids when they move from one engine to another:
 * `<shard>-<time>-<run>-<count>`. The engine that writes a blob chooses the shard: a directory of files, or a day.
 */
import { randomBytes } from 'node:crypto'
import type { BlobId } from './blobs.ts'

/** The parts of an id. A disk blob that is a file is `data/<shard>/<file>`; see disk/segment-name.ts for the others. */
export interface BlobPlace {
  readonly shard: string
  readonly file: string
}

/** Shards are numbered in base 36: there can be two billion of them, and the newest has the greatest name. */
const SHARD_DIGITS = 6
/** Milliseconds since the epoch in base 36: 9 digits suffice beyond the year 5000. */
const TIME_DIGITS = 9
/** Random bytes that identify one run of the engine. With a counter they make every name unique. */
const RUN_BYTES = 8

/** A numbered shard of files, or the day of the writing, as in `20261130`. */
const SHARD = /^(?:[0-9a-z]{6}|[0-9]{8})$/
const NUMBERED_SHARD = /^[0-9a-z]{6}$/
const TEMP = /^[0-9a-f]{16}-[0-9a-z]{1,11}$/
const FILE = /^([0-9a-z]{9})-[0-9a-f]{16}-[0-9a-z]{1,11}$/
const ID = /^([0-9a-z]{6}|[0-9]{8})-([0-9a-z]{9}-[0-9a-f]{16}-[0-9a-z]{1,11})$/

/** Makes the file names of one run of the engine. */
export interface Names {
  nextTemp(): string
  /** The name contains the time, so that listing a store needs no stat per file. */
  nextFile(now: number): string
}

export function createNames(): Names {
  const run = randomBytes(RUN_BYTES).toString('hex')
  let count = 0
  const next = () => `${run}-${(count++).toString(36)}`
  return { nextTemp: next, nextFile: (now) => `${now.toString(36).padStart(TIME_DIGITS, '0')}-${next()}` }
}

export function blobId(place: BlobPlace): BlobId {
  return `${place.shard}-${place.file}` as BlobId
}

/** The location that an id names; undefined when the string is not an id. No path is ever made from any other string. */
export function placeOf(id: string): BlobPlace | undefined {
  const match = ID.exec(id)
  const [, shard, file] = match ?? []
  return shard === undefined || file === undefined ? undefined : { shard, file }
}

/** When the blob of a file was written, in milliseconds since the epoch; undefined when it is not a name of this engine. */
export function writtenAtOf(file: string): number | undefined {
  const time = FILE.exec(file)?.[1]
  return time === undefined ? undefined : Number.parseInt(time, 36)
}

/** Whether it is the name of a temporary file, of this or another run of the engine. */
export function isTempName(name: string): boolean {
  return TEMP.test(name)
}

export function isShardName(name: string): boolean {
  return SHARD.test(name)
}

/** Whether new files may go into the shard; the others came from another engine. */
export function isNumberedShard(name: string): boolean {
  return NUMBERED_SHARD.test(name)
}

/** The shard of the blobs that are written on a day: the UTC date of a time in milliseconds since the epoch. */
export function dayShard(time: number): string {
  return new Date(time).toISOString().slice(0, 10).replaceAll('-', '')
}

/** The name of the store's mark, beside the blobs. */
export const MARK_NAME = 'cloudstead.json'

export const FIRST_SHARD = '0'.repeat(SHARD_DIGITS)

/** The next shard. */
export function shardAfter(shard: string): string {
  return (Number.parseInt(shard, 36) + 1).toString(36).padStart(SHARD_DIGITS, '0')
}
