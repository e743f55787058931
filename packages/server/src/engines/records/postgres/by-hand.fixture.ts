/** The statements of the engine through the driver alone: nothing is judged, repeated or watched. */
import pg from 'pg'
import { FOLLOWED, LOCK_LANE, WRITTEN } from './batch-reads.ts'
import { ADD_ENTRIES, INSERT, LEAVE_LANE, UPDATE } from './batch-writes.ts'
import { BEGIN } from './database.ts'
import { ONE } from './get.ts'

/** One write as the columns of the tables. */
export interface Cells {
  readonly space: Buffer
  readonly id: Buffer
  readonly entries: Buffer
  readonly bytes: number
  readonly value: string
  /** The only entry of the record. */
  readonly index: Buffer
  readonly key: Buffer
}

/** The columns of a point read. */
interface Head {
  readonly version: number
  readonly value: string
}

export interface ByHand {
  get(space: Buffer, id: Buffer): Promise<Head | undefined>
  /** Resolves when the commit is durable. All that wait at the same time must be of one kind. */
  write(kind: 'insert' | 'update', cells: Cells): Promise<void>
}

interface Waiting {
  readonly kind: 'insert' | 'update'
  readonly cells: Cells
  resolve(): void
  reject(error: unknown): void
}

/** The fastest number for reads that are pipelined, and as many lanes as the engine has (writer.ts). */
const READ_CONNECTIONS = 2
const LANES = 2
const LANE_MS = 3_600_000
const NOTHING = Buffer.alloc(0)

type Client = pg.Client & { query: pg.Client['query'] }

/** Opens the connections. The tables must be there. */
export async function openByHand(connectionString: string): Promise<ByHand> {
  const connect = async (): Promise<Client> => {
    const client = new pg.Client({ connectionString, pipeline: true })
    await client.connect()
    return client
  }
  const readers = await Promise.all(Array.from({ length: READ_CONNECTIONS }, connect))
  const lanes = await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      const client = await connect()
      await client.query('INSERT INTO lanes (lane, version, used) VALUES ($1, 0, now())', [lane])
      return { client, lane }
    }),
  )
  const queue: Waiting[] = []
  let reads = 0

  function pump(): void {
    while (lanes.length > 0 && queue.length > 0) {
      const lane = lanes.pop()
      const batch = queue.splice(0)
      if (!lane) return
      commitAll(lane.client, lane.lane, batch).then(
        () => {
          for (const { resolve } of batch) resolve()
          lanes.push(lane)
          pump()
        },
        (error: unknown) => {
          for (const { reject } of batch) reject(error)
        },
      )
    }
  }

  return {
    async get(space, id) {
      const client = readers[reads++ % readers.length]
      const result = await client?.query<Head>({ name: 'get', text: ONE, values: [space, id] })
      return result?.rows[0]
    },
    write: (kind, cells) =>
      new Promise((resolve, reject) => {
        queue.push({ kind, cells, resolve, reject })
        if (queue.length === 1) setImmediate(pump)
      }),
  }
}

/** Two round trips. */
async function commitAll(client: Client, lane: number, batch: readonly Waiting[]): Promise<void> {
  const all = batch.map(({ cells }) => cells)
  const [spaces, ids] = [all.map(({ space }) => space), all.map(({ id }) => id)]
  const [, laneResult] = await Promise.all([
    client.query(BEGIN.text),
    client.query<{ now: string }>({ name: 'lock', text: LOCK_LANE, values: [lane, LANE_MS] }),
    client.query({ name: 'written', text: WRITTEN, values: [spaces, ids] }),
    client.query({ name: 'followed', text: FOLLOWED, values: [[...new Set(spaces)]] }),
  ])
  const now = Number(laneResult.rows[0]?.now)
  const columns = [
    spaces,
    ids,
    all.map((_, at) => now + 1 + at),
    all.map(({ entries }) => entries),
    all.map(({ bytes }) => bytes),
    all.map(({ value }) => value),
  ]
  const isInsert = batch[0]?.kind === 'insert'
  const nothings = all.map(() => NOTHING)
  const entryColumns = [spaces, all.map(({ index }) => index), all.map(({ key }) => key), nothings, ids, nothings]
  await Promise.all([
    isInsert
      ? client.query({ name: 'insert', text: INSERT, values: columns })
      : client.query({ name: 'update', text: UPDATE, values: columns }),
    isInsert && client.query({ name: 'entries', text: ADD_ENTRIES, values: entryColumns }),
    client.query({ name: 'leave', text: LEAVE_LANE, values: [lane, now + all.length] }),
    client.query('COMMIT'),
  ])
}
