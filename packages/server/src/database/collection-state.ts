import { CloudsteadError } from '@cloudstead/protocol'
import type { RecordKey, Records } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { walkPages } from '../engines/records/walk.ts'

/** What is recorded about collections: whether a call created them, and how far their indexes are. */

/** Where the state of collections is recorded. */
const STATE_SPACE = 'collections'
/** ms after which a read looks again whether another process changed a collection's indexes. Writes notice at once. */
const STATE_LIFETIME = 1000
const STATES_PER_PAGE = 200

/** Entries are written from `building` on; queries use an index when it is `ready`; `failed`: its data is not unique. */
export type IndexStatus = 'building' | 'ready' | 'failed'

export interface IndexState {
  readonly status: IndexStatus
  /** Whether some document has several entries. */
  readonly multikey: boolean
}

export interface CollectionState {
  /** Set for collections that were made by a call; declared ones are in the settings. */
  readonly created?: boolean
  /** Set at the end of dropping one: it is no collection any more, and what is left of it goes. */
  readonly dropped?: boolean
  /** By the id of their definition. */
  readonly indexes: Readonly<Record<string, IndexState>>
}

/** A state as it was read. */
export interface ReadState {
  readonly state: CollectionState
  /** null: nothing is recorded. */
  readonly version: number | null
}

export interface CollectionStatesOptions {
  readonly records: Records
  /** The server's clock in ms. */
  readonly now: () => number
  /** Whether the settings have a collection. */
  readonly isDeclared: (name: string) => boolean
}

export interface CollectionStates {
  /** The state, which may be up to a second old. The same object until it is read anew. */
  read(name: string): Promise<ReadState>
  /** The state as it is recorded now. */
  readFresh(name: string): Promise<ReadState>
  /**
   * Changes a state. `decide` gets the recorded one and gives the new one, the same one for "it is so already", or
   * undefined to leave it.
   *
   * @returns whether it is as `decide` wants it
   * @throws what `decide` throws; CloudsteadError DATABASE_TRANSACTION_CONFLICT
   */
  change(name: string, decide: (state: CollectionState) => CollectionState | undefined): Promise<boolean>
  /** Forgets what was read, after a commit that rested on it met a conflict. */
  forget(name: string): void
  /** Takes the record away if it is still as it was read. */
  remove(name: string, former: ReadState): Promise<void>
  /** Every recorded state by the name of its collection. */
  all(): Promise<ReadonlyMap<string, CollectionState>>
}

interface CachedState extends ReadState {
  readonly readAt: number
}

export const NO_STATE: CollectionState = { indexes: {} }

export function createCollectionStates({ records, now, isDeclared }: CollectionStatesOptions): CollectionStates {
  const cache = new Map<string, CachedState>()

  async function read(name: string): Promise<ReadState> {
    const cached = cache.get(name)
    return cached !== undefined && now() - cached.readAt < STATE_LIFETIME ? cached : readFresh(name)
  }

  async function readFresh(name: string): Promise<ReadState> {
    const [record] = await records.get([stateKey(name)])
    const state = record === undefined ? NO_STATE : (JSON.parse(record.value) as CollectionState)
    const fresh = { state, version: record?.version ?? null, readAt: now() }
    // Names that do not exist are not remembered: anybody can ask for any number of them.
    if (isCreated(state) || isDeclared(name)) cache.set(name, fresh)
    else cache.delete(name)
    return fresh
  }

  async function commit(name: string, { version }: ReadState, state: CollectionState): Promise<boolean> {
    const key = stateKey(name)
    const value = JSON.stringify(state)
    const { done } = await records.commit([{ ...key, op: 'put', value, entries: [] }], [{ ...key, version }])
    cache.delete(name)
    return done
  }

  return {
    read,
    readFresh,
    change: (name, decide) =>
      retryOnConflict(
        async () => {
          const former = await readFresh(name)
          const state = decide(former.state)
          if (state === undefined) return false
          return state === former.state || (await commit(name, former, state)) || CONFLICT
        },
        { exhausted: () => new CloudsteadError('DATABASE_TRANSACTION_CONFLICT') },
      ),
    forget(name) {
      cache.delete(name)
    },
    async remove(name, { version }) {
      const key = stateKey(name)
      await records.commit([{ ...key, op: 'delete' }], [{ ...key, version }])
      cache.delete(name)
    },
    async all() {
      const states = new Map<string, CollectionState>()
      for await (const page of walkPages(records, { space: STATE_SPACE, limit: STATES_PER_PAGE })) {
        for (const { id, value } of page) states.set(id, JSON.parse(value) as CollectionState)
      }
      return states
    },
  }
}

/** Where the state of a collection is recorded. */
export function stateKey(name: string): RecordKey {
  return { space: STATE_SPACE, id: name }
}

/** Whether a collection was created by a call, and not dropped since. */
export function isCreated({ created, dropped }: CollectionState): boolean {
  return created === true && dropped !== true
}
