import { feedCursor, readFeedCursor } from '../cursor.ts'
import type { FeedCursor } from '../records.ts'

/** How far the feed was read. */
export interface FeedPosition {
  /** `store.epoch`; spaces that were followed later have a larger one. */
  readonly epoch: number
  /** The time of the database, in ms. */
  readonly at: number
  /** The version of each lane up to which its changes were read. One that is missing counts from 0. */
  readonly lanes: ReadonlyMap<number, number>
}

const NUMBER_BYTES = 8
const HEAD_BYTES = 2 * NUMBER_BYTES
const LANE_BYTES = 2 * NUMBER_BYTES

export function cursorOf(store: Uint8Array, { epoch, at, lanes }: FeedPosition): FeedCursor {
  const numbers = [epoch, at, ...[...lanes].flat()]
  const position = Buffer.alloc(numbers.length * NUMBER_BYTES)
  numbers.forEach((number, index) => {
    position.writeBigUInt64BE(BigInt(number), index * NUMBER_BYTES)
  })
  return feedCursor({ store, position })
}

/** Undefined for a cursor of another store. Throws BadCursorError for what is no cursor of a feed. */
export function positionOf(store: Uint8Array, cursor: FeedCursor): FeedPosition | undefined {
  const { store: other, position } = readFeedCursor(cursor)
  const isOurs = Buffer.compare(other, store) === 0 && position.length % LANE_BYTES === 0
  if (!isOurs || position.length < HEAD_BYTES) return undefined
  const bytes = Buffer.from(position)
  const numbers = Array.from({ length: bytes.length / NUMBER_BYTES }, (_, index) =>
    Number(bytes.readBigUInt64BE(index * NUMBER_BYTES)),
  )
  const [epoch = 0, at = 0, ...pairs] = numbers
  const lanes = new Map<number, number>()
  for (let index = 0; index + 1 < pairs.length; index += 2) lanes.set(Number(pairs[index]), Number(pairs[index + 1]))
  return { epoch, at, lanes }
}
