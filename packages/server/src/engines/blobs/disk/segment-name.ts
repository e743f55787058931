/**
 * The names of segments and of the bodies in them. A body in a segment has an id of the common form (see blob-name.ts):
 * `<shard>-<time>-<run>-0<place>`, where the run names the segment, and the place has the offset and the length of the body. No
 * counter begins with a zero and goes on, so no other blob has such an id.
 */
import { randomBytes } from 'node:crypto'
import { placeOf } from '../blob-name.ts'
import type { BlobId } from '../blobs.ts'

/** Random bytes that name a segment: no two processes ever make the same name. */
const RUN_BYTES = 8
/** Milliseconds since the epoch in base 36, as in all ids. */
const TIME_DIGITS = 9
/** More than the length of any body in a segment. */
const LENGTH_SPAN = 2 ** 19

const FILE = /^[0-9a-z]{9}-([0-9a-f]{16})-0([0-9a-z]{1,10})$/
const SEGMENT = /^([0-9a-f]{16})\.segment$/
const CLAIM = /^([0-9a-f]{16})-0([0-9a-z]{6})$/

/** A segment: the file `data/<shard>/<run>.segment`. */
export interface SegmentName {
  readonly shard: string
  /** 16 hexadecimal digits. */
  readonly run: string
}

/** A body in a segment. */
export interface SmallPlace extends SegmentName {
  /** Where its header begins in the segment, in bytes. */
  readonly offset: number
  /** Bytes of the body. */
  readonly length: number
}

export function newRun(): string {
  return randomBytes(RUN_BYTES).toString('hex')
}

export function segmentFile(run: string): string {
  return `${run}.segment`
}

/** The run in the file name of a segment; undefined when it is the name of something else. */
export function runOf(name: string): string | undefined {
  return SEGMENT.exec(name)?.[1]
}

/** The `file` of the id of a body in a segment. When the body leaves its segment, it becomes a file of this name. */
export function smallFile(run: string, body: { offset: number; length: number; time: number }): string {
  const place = (body.offset * LENGTH_SPAN + body.length).toString(36)
  return `${body.time.toString(36).padStart(TIME_DIGITS, '0')}-${run}-0${place}`
}

/** Where the body of an id was put; undefined when it never was in a segment. */
export function smallPlaceOf(id: BlobId): SmallPlace | undefined {
  const blob = placeOf(id)
  const [, run, place = ''] = (blob && FILE.exec(blob.file)) ?? []
  const packed = Number.parseInt(place, 36)
  if (blob === undefined || run === undefined || !Number.isSafeInteger(packed)) return undefined
  return { shard: blob.shard, run, offset: Math.floor(packed / LENGTH_SPAN), length: packed % LENGTH_SPAN }
}

/**
 * The name of an empty file in the directory of temporary files: the process that made it writes the segment, or moves its
 * bodies. Others leave the segment to it until it has ended. It has the form of the name of a temporary file.
 */
export function claimName({ shard, run }: SegmentName): string {
  return `${run}-0${shard}`
}

/** The segment that a claim is for; undefined when it is another temporary file. */
export function claimedSegment(name: string): SegmentName | undefined {
  const [, run, shard] = CLAIM.exec(name) ?? []
  return run === undefined || shard === undefined ? undefined : { shard, run }
}
