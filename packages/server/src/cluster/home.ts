import { randomBytes } from 'node:crypto'
import type { Blobs } from '../engines/blobs/blobs.ts'
import type { PutWrite, RecordKey, Records, StoredRecord } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'

/** The engines do not belong together; the message says what to check. */
class HomeError extends Error {
  override readonly name = 'HomeError'
}

/** What the records say about the store of the bytes; its mark says the same. */
interface Home {
  readonly env: string
  /** Identifies the records and the store. */
  readonly store: string
  /** Whether the store has its mark: then it must never be without. */
  readonly isMarked: boolean
}

export interface HomeOptions {
  readonly env: string
  readonly records: Records
  readonly blobs: Pick<Blobs, 'mark'>
  /** What operators know the store by, for errors. */
  readonly storeName: string
  /** The records have a file: these need the store that has its bytes. */
  readonly hasFiles: () => Promise<boolean>
}

const KEY: RecordKey = { space: 'cluster', id: 'home' }
const STORE_BYTES = 16

/**
 * Ties the records of an environment and the store of its bytes to each other at the first start, and checks it at every
 * other one: a server removes bytes that no record names. Several processes may start at once.
 *
 * @throws HomeError when they do not belong together; nothing has changed then
 */
export function claimHome(options: HomeOptions): Promise<void> {
  const { records, blobs, env, storeName } = options
  const attempt = async () => {
    const record = await readHome(records)
    const home = record && homeOf(record)
    const text = await blobs.mark()
    if (home === undefined) {
      const isElsewhere = await options.hasFiles()
      if (text !== undefined || isElsewhere) {
        // Another server may have tied them to each other since the record was read.
        if ((await readHome(records)) !== undefined) return CONFLICT
        throw new HomeError(text === undefined ? filesElsewhere(storeName) : foreignMark(storeName, text, env))
      }
      await putHome(records, { env, store: randomBytes(STORE_BYTES).toString('hex'), isMarked: false }, record)
      return CONFLICT
    }
    if (home.env !== env) throw new HomeError(`the records belong to the environment ${home.env}, not to ${env}`)
    if (text === undefined && home.isMarked) throw new HomeError(noMark(storeName))
    const mark = text ?? (await blobs.mark(markText(home)))
    if (mark !== markText(home)) throw new HomeError(foreignMark(storeName, mark ?? '', env))
    return home.isMarked || (await putHome(records, { ...home, isMarked: true }, record)) ? undefined : CONFLICT
  }
  return retryOnConflict<void>(attempt, {
    exhausted: () => new HomeError('other servers change the records all the time'),
  })
}

/** The write that ties records to a store whose mark is that of `home`. */
export function homePut(home: Omit<Home, 'isMarked'>): PutWrite {
  return { op: 'put', ...KEY, value: JSON.stringify({ ...home, isMarked: true } satisfies Home), entries: [] }
}

/** Whether the records are tied to a store, and the one that they are tied to. */
export async function tiedTo(records: Records, blobs: Pick<Blobs, 'mark'>): Promise<'nothing' | 'this' | 'another'> {
  const record = await readHome(records)
  if (record === undefined) return 'nothing'
  return (await blobs.mark()) === markText(homeOf(record)) ? 'this' : 'another'
}

/** For a server whose bytes are beside its records. @throws HomeError when the records say that they are elsewhere */
export async function refuseOtherHome(records: Records): Promise<void> {
  if ((await readHome(records)) === undefined) return
  throw new HomeError('the files of these records are in another store: start with the --blobs that it was made with')
}

function noMark(storeName: string): string {
  return `${storeName} is not the store of these records: it is empty, and theirs is not. Check the bucket or the directory, the prefix and the endpoint in --blobs.`
}

function filesElsewhere(storeName: string): string {
  return `the records name files that are in another store than ${storeName}: start without --blobs, or move the files with cloudstead migrate`
}

/** Names the environment of the mark when it is another one. */
function foreignMark(storeName: string, text: string, env: string): string {
  const other = envOfMark(text)
  const whose = other === env ? 'other records of the same environment' : `the environment ${other ?? '(unknown)'}`
  return `${storeName} belongs to ${whose}: check --records and --blobs, or choose another prefix`
}

function envOfMark(text: string): string | undefined {
  try {
    const { env } = JSON.parse(text) as { readonly env?: unknown }
    return typeof env === 'string' ? env : undefined
  } catch {
    return undefined
  }
}

/** The mark of a store of bytes. */
export function markText({ env, store }: Omit<Home, 'isMarked'>): string {
  return `${JSON.stringify({ env, store })}\n`
}

async function readHome(records: Records): Promise<StoredRecord | undefined> {
  return (await records.get([KEY]))[0]
}

function homeOf(record: StoredRecord): Home {
  return JSON.parse(record.value) as Home
}

/** False when the record is no longer `seen`. */
async function putHome(records: Records, home: Home, seen: StoredRecord | undefined): Promise<boolean> {
  const write = { op: 'put', ...KEY, value: JSON.stringify(home), entries: [] } as const
  return (await records.commit([write], [{ ...KEY, version: seen?.version ?? null }])).done
}
