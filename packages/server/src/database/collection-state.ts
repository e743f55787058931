import { CloudsteadError } from '@cloudstead/protocol'
import type { RecordKey, Records } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import { walkPages } from '../engines/records/walk.ts'

/** What is recorded about collections: whether a call created them, and the status of their indexes. */

/** The records space of the states. */
const STATE_SPACE = 'collections'
/** ms after which reads notice that another process changed a collection's indexes. Writes notice at once. */
const STATE_LIFETIME = 1000
const STATES_PER_PAGE = 200

/** Writes add entries unless it is `failed`, which means that its data is not unique. Queries use it when it is `ready`. */
export type IndexStatus = 'building' | 'ready' | 'failed'

export interface IndexState {
  readonly status: IndexStatus
  /** Whether some document has several entries in the index. */
  readonly multikey: boolean
}

export interface CollectionState {
  /** Set for collections that were created by a call. Declared ones are in the settings. */
  readonly created?: boolean
  /** Set at the end of a drop: the collection no longer exists, and what is left of it is to be deleted. */
  readonly dropped?: boolean
  /** By index id; see `IndexDefinition`. */
  readonly indexes: Readonly<Record<string, IndexState>>
}

/** A state with the version that it was read at. */
export interface ReadState {
  readonly state: CollectionState
  /** null: no state is recorded. */
  readonly version: number | null
}

export interface CollectionStatesOptions {
  readonly records: Records
  /** The server's clock in ms. */
  readonly now: () => number
  /** Whether the settings declare a collection. */
  readonly isDeclared: (name: string) => boolean
}

export interface CollectionStates {
  /** The state, up to a second old. Resolves to the same object until the state is read again. */
  read(name: string): Promise<ReadState>
  /** The current state. */
  readFresh(name: string): Promise<ReadState>
  /**
   * Changes a state. `decide` gets the current state and returns the new one, the current one when it needs no change,
   * or undefined to give up.
   *
   * @returns false when `decide` gave up
   * @throws what `decide` throws; CloudsteadError DATABASE_TRANSACTION_CONFLICT
   */
  change(name: string, decide: (state: CollectionState) => CollectionState | undefined): Promise<boolean>
  /** Drops the cached state, after a commit that expected it met a conflict. */
  forget(name: string): void
  /** Deletes the record if it still has the version that was read. */
  remove(name: string, former: ReadState): Promise<void>
  /** All recorded states by collection name. */
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
    // Names that do not exist are not cached: clients can send any number of them.
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

/** The record of the state of a collection. */
export function stateKey(name: string): RecordKey {
  return { space: STATE_SPACE, id: name }
}

/** Whether a collection was created by a call and not dropped since. */
export function isCreated({ created, dropped }: CollectionState): boolean {
  return created === true && dropped !== true
}
