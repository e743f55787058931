import { CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import { compileDatabaseRules, type DatabaseRules } from '@cloudstead/rules'
import type { Expectation, IndexEntry, RecordKey, Records } from '../engines/records/records.ts'
import type { CollectionSettings, CurrentSettings } from '../settings.ts'
import {
  definitionFromId,
  definitionOf,
  entriesOf,
  type IndexDefinition,
  OWNER_INDEX,
  type UsableIndex,
} from './indexes.ts'

/** Where the state of collections is recorded. */
const STATE_SPACE = 'collections'
/** What a collection that was created without permissions has. */
const DEFAULT_RULES = compileDatabaseRules('PRIVATE')
/** ms after which a read looks again whether another process changed a collection's indexes. Writes notice at once. */
const STATE_LIFETIME = 1000
/** Changes of a collection's state are rare; more attempts than this mean a fault. */
const MAX_ATTEMPTS = 20
const STATES_PER_PAGE = 200
const NAME = /^[A-Za-z0-9_-]{1,120}$/

/** Entries are written from `building` on; queries use an index when it is `ready`; `failed`: its data is not unique. */
type IndexStatus = 'building' | 'ready' | 'failed'

interface State {
  /** Set for collections that were made by a call; declared ones live in the settings. */
  readonly created?: boolean
  /** Set at the end of dropping one: it is no collection any more, and what is left of it goes. */
  readonly dropped?: boolean
  readonly indexes: Readonly<Record<string, { readonly status: IndexStatus; readonly multikey: boolean }>>
}

interface CachedState {
  readonly state: State
  /** null: not recorded, so far there was nothing to say. */
  readonly version: number | null
  readonly readAt: number
  /** What was made of it, and of which settings. */
  settled?: { readonly declared: CollectionSettings | undefined; readonly collection: Collection }
}

/** A collection at one moment. */
export interface Collection {
  readonly name: string
  readonly space: string
  /** Indexes that queries may use. */
  readonly usable: readonly UsableIndex[]
  /** Indexes that every write gives entries to. */
  readonly maintained: readonly UsableIndex[]
  /** Indexes whose existing documents are not all entered yet. */
  readonly building: readonly string[]
  /** A commit that rests on this view of the indexes must expect it; it fails when the indexes changed meanwhile. */
  readonly expectation: Expectation
}

/** A collection as it is listed. */
export interface ListedCollection {
  readonly name: string
  /** Whether the settings have it; else it was created by a call. */
  readonly declared: boolean
  readonly acl: DatabaseRules['acl']
  readonly indexes: readonly (IndexDefinition & { readonly label: string; readonly status: IndexStatus })[]
}

export interface CollectionsOptions {
  readonly records: Records
  readonly settings: CurrentSettings
  readonly now: () => number
  /** Whether errors may show the line of the configuration file that is missing. */
  readonly hints: boolean
}

const NOTHING: State = { indexes: {} }

/** Where the documents of a collection are. */
export function documentSpace(collection: string): string {
  return `doc:${collection}`
}

/**
 * Which collections there are, with which permissions and indexes. Declared collections come from the settings; the
 * record of a collection says whether it was created by a call, and how far its indexes are.
 */
export class Collections {
  readonly #options: CollectionsOptions
  readonly #cache = new Map<string, CachedState>()
  readonly #retried = new Set<string>()

  constructor(options: CollectionsOptions) {
    this.#options = options
  }

  /**
   * The permissions of a collection. Costs nothing for declared collections.
   *
   * @throws CloudsteadError INVALID_PARAM for names that no collection can have, DATABASE_COLLECTION_NOT_EXIST
   */
  async rules(name: string): Promise<DatabaseRules> {
    checkCollectionName(name)
    const declared = this.#declared(name)
    if (declared !== undefined) return declared.acl
    const { state } = await this.#read(name)
    if (!isCreated(state)) throw this.#missing(name)
    return DEFAULT_RULES
  }

  /**
   * A collection with its indexes as they are now. Settles first what the settings changed about the indexes.
   *
   * @throws CloudsteadError like `rules`
   */
  async open(name: string): Promise<Collection> {
    await this.rules(name)
    const declared = this.#declared(name)
    let cached = await this.#read(name)
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (cached.settled !== undefined && cached.settled.declared === declared) return cached.settled.collection
      const wanted = this.#wanted(name, declared, cached.state)
      if (wanted === undefined) {
        cached.settled = { declared, collection: view(name, cached) }
        return cached.settled.collection
      }
      cached = await this.#write(name, cached, wanted)
    }
    throw new Error(`the indexes of collection '${name}' do not settle`)
  }

  /** @throws CloudsteadError DATABASE_COLLECTION_ALREADY_EXIST, INVALID_PARAM */
  async create(name: string): Promise<void> {
    checkCollectionName(name)
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const cached = await this.#fresh(name)
      if (this.#declared(name) !== undefined || isCreated(cached.state)) {
        throw new CloudsteadError('DATABASE_COLLECTION_ALREADY_EXIST', `collection '${name}' exists already`)
      }
      if (cached.state.dropped === true) {
        throw new CloudsteadError('DATABASE_TRANSACTION_CONFLICT', `collection '${name}' is being deleted: try again`)
      }
      const state = { ...cached.state, created: true }
      if ((await this.#write(name, cached, state)).state === state) return
    }
    throw new CloudsteadError('DATABASE_TRANSACTION_CONFLICT')
  }

  /** Every collection in the order of the names. */
  async list(): Promise<readonly ListedCollection[]> {
    const states = await this.#states()
    const created = [...states].filter(([, state]) => isCreated(state)).map(([name]) => name)
    const names = new Set([...this.#options.settings().database.collections.keys(), ...created])
    return [...names].sort().map((name) => {
      const declared = this.#declared(name)
      const { indexes } = states.get(name) ?? NOTHING
      return {
        name,
        declared: declared !== undefined,
        acl: (declared?.acl ?? DEFAULT_RULES).acl,
        indexes: (declared?.indexes ?? []).map((settings) => {
          const definition = definitionOf(settings)
          return { ...definition, label: settings.name, status: indexes[definition.id]?.status ?? 'building' }
        }),
      }
    })
  }

  /** Whether a collection is gone except for what is left of it. */
  async isDropped(name: string): Promise<boolean> {
    checkCollectionName(name)
    return this.#declared(name) === undefined && (await this.#fresh(name)).state.dropped === true
  }

  /** Makes a created collection one that nobody reads or writes any more. Says whether it is; a declared one stays. */
  async markDropped(name: string): Promise<boolean> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const cached = await this.#fresh(name)
      if (this.#declared(name) !== undefined) return false
      if (cached.state.dropped === true) return true
      const state = { ...cached.state, dropped: true }
      if ((await this.#write(name, cached, state)).state === state) return true
    }
    throw new CloudsteadError('DATABASE_TRANSACTION_CONFLICT')
  }

  /** Takes away the record of a dropped collection. */
  async remove(name: string): Promise<void> {
    const cached = await this.#fresh(name)
    if (cached.state.dropped !== true) return
    const key = stateKey(name)
    await this.#options.records.commit([{ ...key, op: 'delete' }], [{ ...key, version: cached.version }])
    this.forget(name)
  }

  /** Changes what is recorded of one index; says whether it still was as seen. */
  async mark(name: string, index: string, change: { readonly status?: IndexStatus; readonly multikey?: true }) {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const cached = await this.#fresh(name)
      const before = cached.state.indexes[index]
      if (before === undefined) return
      const state = { ...cached.state, indexes: { ...cached.state.indexes, [index]: { ...before, ...change } } }
      if ((await this.#write(name, cached, state)).state === state) return
    }
    throw new CloudsteadError('DATABASE_TRANSACTION_CONFLICT')
  }

  /** Forgets what was read of a collection, after a commit that expected it failed. */
  forget(name: string): void {
    this.#cache.delete(name)
  }

  /**
   * The index entries of a document that is about to be written; first records that an index has become multikey.
   *
   * @throws CloudsteadError DATABASE_REQUEST_FAILED when a value cannot be a key
   */
  async entries(collection: Collection, document: DocumentObject): Promise<readonly IndexEntry[] | 'changed'> {
    const all = entriesOf(document, OWNER_INDEX).slice()
    let changed = false
    for (const index of collection.maintained) {
      const entries = entriesOf(document, index)
      if (entries.length > 1 && !index.multikey) {
        await this.mark(collection.name, index.id, { multikey: true })
        changed = true
      }
      all.push(...entries)
    }
    return changed ? 'changed' : all
  }

  async #states(): Promise<ReadonlyMap<string, State>> {
    const states = new Map<string, State>()
    let after: string | undefined
    do {
      const page = await this.#options.records.find({
        space: STATE_SPACE,
        limit: STATES_PER_PAGE,
        ...(after !== undefined && { after }),
      })
      for (const { id, value } of page.records) states.set(id, JSON.parse(value) as State)
      after = page.next
    } while (after !== undefined)
    return states
  }

  #declared(name: string): CollectionSettings | undefined {
    return this.#options.settings().database.collections.get(name)
  }

  #missing(name: string): CloudsteadError {
    const hint = this.#options.hints
      ? `; add it to the configuration file under "database": { "collections": { "${name}": { "acl": "PRIVATE" } } }`
      : ''
    return new CloudsteadError('DATABASE_COLLECTION_NOT_EXIST', `collection '${name}' does not exist${hint}`)
  }

  /** The state that the settings ask for; undefined when it is so already. */
  #wanted(name: string, declared: CollectionSettings | undefined, state: State): State | undefined {
    const definitions: readonly IndexDefinition[] = (declared?.indexes ?? []).map(definitionOf)
    const ids = new Set(definitions.map(({ id }) => id))
    const indexes: Record<string, { status: IndexStatus; multikey: boolean }> = {}
    let changed = Object.keys(state.indexes).length !== ids.size
    for (const id of ids) {
      const before = state.indexes[id]
      const retry = before?.status === 'failed' && !this.#retried.has(`${name} ${id}`)
      if (before === undefined || retry) {
        this.#retried.add(`${name} ${id}`)
        indexes[id] = { status: 'building', multikey: before?.multikey ?? false }
        changed = true
      } else indexes[id] = before
    }
    return changed ? { ...state, indexes } : undefined
  }

  async #read(name: string): Promise<CachedState> {
    const cached = this.#cache.get(name)
    if (cached !== undefined && this.#options.now() - cached.readAt < STATE_LIFETIME) return cached
    return this.#fresh(name)
  }

  async #fresh(name: string): Promise<CachedState> {
    const [record] = await this.#options.records.get([stateKey(name)])
    const state = record === undefined ? NOTHING : (JSON.parse(record.value) as State)
    const read = { state, version: record?.version ?? null, readAt: this.#options.now() }
    // Names that do not exist are not remembered: anybody can ask for any number of them.
    if (isCreated(state) || this.#declared(name) !== undefined) this.#cache.set(name, read)
    else this.#cache.delete(name)
    return read
  }

  /** Records a state if it is still as it was seen; returns what holds now. */
  async #write(name: string, seen: CachedState, state: State): Promise<CachedState> {
    const key = stateKey(name)
    const result = await this.#options.records.commit(
      [{ ...key, op: 'put', value: JSON.stringify(state), entries: [] }],
      [{ ...key, version: seen.version }],
    )
    const fresh = await this.#fresh(name)
    return result.done && JSON.stringify(fresh.state) === JSON.stringify(state) ? { ...fresh, state } : fresh
  }
}

function isCreated({ created, dropped }: State): boolean {
  return created === true && dropped !== true
}

function stateKey(name: string): RecordKey {
  return { space: STATE_SPACE, id: name }
}

/** @throws CloudsteadError INVALID_PARAM */
function checkCollectionName(name: string): void {
  if (!NAME.test(name)) {
    throw new CloudsteadError('INVALID_PARAM', 'a collection name has 1 to 120 letters, digits, - and _')
  }
}

function view(name: string, { state, version }: CachedState): Collection {
  const entered = Object.entries(state.indexes)
    .filter(([, { status }]) => status !== 'failed')
    .map(([id, { status, multikey }]) => ({ ...definitionFromId(id), multikey, status }))
  return {
    name,
    space: documentSpace(name),
    usable: [OWNER_INDEX, ...entered.filter(({ status }) => status === 'ready')],
    maintained: entered,
    building: entered.filter(({ status }) => status === 'building').map(({ id }) => id),
    expectation: { ...stateKey(name), version },
  }
}
