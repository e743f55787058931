import { CloudsteadError, type DocumentObject } from '@cloudstead/protocol'
import { compileDatabaseRules, type DatabaseRules } from '@cloudstead/rules'
import type { Expectation, IndexEntry, Records } from '../engines/records/records.ts'
import { CONFLICT, retryOnConflict } from '../engines/records/retry.ts'
import type { CollectionSettings, CurrentSettings } from '../settings.ts'
import {
  type CollectionState,
  createCollectionStates,
  type IndexState,
  type IndexStatus,
  isCreated,
  NO_STATE,
  type ReadState,
  stateKey,
} from './collection-state.ts'
import {
  definitionFromId,
  definitionOf,
  entriesOf,
  type IndexDefinition,
  OWNER_INDEX,
  type UsableIndex,
} from './indexes.ts'

/** The rules of collections that were created by a call. */
const DEFAULT_RULES = compileDatabaseRules('PRIVATE')
const NAME = /^[A-Za-z0-9_-]{1,120}$/

/** A collection with its indexes, as of one moment. */
export interface Collection {
  readonly name: string
  readonly space: string
  /** Indexes that queries may use. */
  readonly usable: readonly UsableIndex[]
  /** Indexes that every write adds entries to. */
  readonly maintained: readonly UsableIndex[]
  /** Ids of the indexes that do not have entries for all documents yet. */
  readonly building: readonly string[]
  /** Every commit that relies on these indexes must include it. It fails when the indexes have changed. */
  readonly expectation: Expectation
}

/** A collection in the list of collections. */
export interface ListedCollection {
  readonly name: string
  /** Whether the settings declare it; otherwise it was created by a call. */
  readonly declared: boolean
  readonly acl: DatabaseRules['acl']
  readonly indexes: readonly (IndexDefinition & { readonly label: string; readonly status: IndexStatus })[]
}

export interface CollectionsOptions {
  readonly records: Records
  readonly settings: CurrentSettings
  /** The server's clock in ms. */
  readonly now: () => number
  /** Whether errors show the line to add to the configuration file. */
  readonly hints: boolean
}

/**
 * The collections with their rules and indexes. Declared collections come from the settings. The recorded state of a
 * collection tells whether it was created by a call, and the status of its indexes.
 */
export interface Collections {
  /**
   * The rules of a collection. Reads nothing for declared collections.
   *
   * @throws CloudsteadError INVALID_PARAM for an invalid name, DATABASE_COLLECTION_NOT_EXIST
   */
  rules(name: string): Promise<DatabaseRules>
  /**
   * A collection with its current indexes. Records first what the settings have changed about them.
   *
   * @throws CloudsteadError like `rules`
   */
  open(name: string): Promise<Collection>
  /** @throws CloudsteadError DATABASE_COLLECTION_ALREADY_EXIST, INVALID_PARAM */
  create(name: string): Promise<void>
  /** All collections, sorted by name. */
  list(): Promise<readonly ListedCollection[]>
  /** Whether a collection was dropped, but something is left of it. */
  isDropped(name: string): Promise<boolean>
  /** Marks a created collection as dropped: nobody can read or write it any more. False for a declared one, which stays. */
  markDropped(name: string): Promise<boolean>
  /** Deletes the state of a dropped collection. */
  remove(name: string): Promise<void>
  /** Changes the state of an index, if the collection still has it. */
  markIndex(name: string, index: string, change: Partial<IndexState>): Promise<void>
  /** Drops the cached state of a collection, after a commit with its expectation met a conflict. */
  forget(name: string): void
  /**
   * The index entries of a document to write. CONFLICT when it had to record first that an index is now multikey: the
   * collection must be opened again.
   *
   * @throws CloudsteadError DATABASE_REQUEST_FAILED when a value cannot be indexed
   */
  entries(collection: Collection, document: DocumentObject): Promise<readonly IndexEntry[] | typeof CONFLICT>
}

/** The records space of the documents of a collection. */
export function documentSpace(collection: string): string {
  return `doc:${collection}`
}

export function createCollections({ records, settings, now, hints }: CollectionsOptions): Collections {
  const declared = (name: string) => settings().database.collections.get(name)
  const states = createCollectionStates({ records, now, isDeclared: (name) => declared(name) !== undefined })
  /** Views by the state that they were made of. */
  const views = new WeakMap<
    ReadState,
    { readonly settings: CollectionSettings | undefined; readonly view: Collection }
  >()
  /** Indexes that this process has started to build. It does not retry them when they fail. */
  const begunHere = new Set<string>()

  async function rules(name: string): Promise<DatabaseRules> {
    checkCollectionName(name)
    const known = declared(name)
    if (known !== undefined) return known.acl
    const { state } = await states.read(name)
    if (!isCreated(state)) throw missing(name, hints)
    return DEFAULT_RULES
  }

  async function open(name: string): Promise<Collection> {
    await rules(name)
    return (
      (await settledView(name)) ??
      retryOnConflict(
        async () => {
          await settleIndexes(name)
          return (await settledView(name)) ?? CONFLICT
        },
        { exhausted: () => new Error(`the indexes of collection '${name}' do not settle`) },
      )
    )
  }

  /** Undefined when the recorded indexes differ from those of the settings. */
  async function settledView(name: string): Promise<Collection | undefined> {
    const current = declared(name)
    const read = await states.read(name)
    const known = views.get(read)
    if (known !== undefined && known.settings === current) return known.view
    if (!isSettled(name, definitionIds(current), read.state)) return undefined
    const view = viewOf(name, read)
    views.set(read, { settings: current, view })
    return view
  }

  /** Records the indexes of the settings. New ones are to be built, and failed ones once more. */
  async function settleIndexes(name: string): Promise<void> {
    const ids = definitionIds(declared(name))
    let begun: readonly string[] = []
    await states.change(name, (state) => {
      if (isSettled(name, ids, state)) return state
      begun = toBuild(name, ids, state)
      const indexes: Record<string, IndexState> = {}
      for (const id of ids) {
        const former = state.indexes[id]
        const isKept = former !== undefined && !begun.includes(id)
        indexes[id] = isKept ? former : { status: 'building', multikey: former?.multikey ?? false }
      }
      return { ...state, indexes }
    })
    for (const id of begun) begunHere.add(`${name} ${id}`)
  }

  function isSettled(name: string, ids: readonly string[], state: CollectionState): boolean {
    return Object.keys(state.indexes).length === ids.length && toBuild(name, ids, state).length === 0
  }

  function toBuild(name: string, ids: readonly string[], { indexes }: CollectionState): readonly string[] {
    return ids.filter((id) => {
      const status = indexes[id]?.status
      return status === undefined || (status === 'failed' && !begunHere.has(`${name} ${id}`))
    })
  }

  async function create(name: string): Promise<void> {
    checkCollectionName(name)
    await states.change(name, (state) => {
      if (declared(name) !== undefined || isCreated(state)) {
        throw new CloudsteadError('DATABASE_COLLECTION_ALREADY_EXIST', {
          en: `collection '${name}' exists already`,
          zh: `集合 '${name}' 已存在`,
        })
      }
      if (state.dropped === true) {
        throw new CloudsteadError('DATABASE_TRANSACTION_CONFLICT', {
          en: `collection '${name}' is being deleted: try again`,
          zh: `集合 '${name}' 正在删除，请重试`,
        })
      }
      return { ...state, created: true }
    })
  }

  async function list(): Promise<readonly ListedCollection[]> {
    const recorded = await states.all()
    const created = [...recorded].filter(([, state]) => isCreated(state)).map(([name]) => name)
    const names = new Set([...settings().database.collections.keys(), ...created])
    return [...names].sort().map((name) => {
      const known = declared(name)
      const { indexes } = recorded.get(name) ?? NO_STATE
      return {
        name,
        declared: known !== undefined,
        acl: (known?.acl ?? DEFAULT_RULES).acl,
        indexes: (known?.indexes ?? []).map((index) => {
          const definition = definitionOf(index)
          return { ...definition, label: index.name, status: indexes[definition.id]?.status ?? 'building' }
        }),
      }
    })
  }

  async function markIndex(name: string, index: string, change: Partial<IndexState>): Promise<void> {
    await states.change(name, (state) => {
      const before = state.indexes[index]
      return before && { ...state, indexes: { ...state.indexes, [index]: { ...before, ...change } } }
    })
  }

  async function entries(
    collection: Collection,
    document: DocumentObject,
  ): Promise<readonly IndexEntry[] | typeof CONFLICT> {
    const all = entriesOf(document, OWNER_INDEX).slice()
    let changed = false
    for (const index of collection.maintained) {
      const own = entriesOf(document, index)
      if (own.length > 1 && !index.multikey) {
        await markIndex(collection.name, index.id, { multikey: true })
        changed = true
      }
      all.push(...own)
    }
    return changed ? CONFLICT : all
  }

  return {
    rules,
    open,
    create,
    list,
    async isDropped(name) {
      checkCollectionName(name)
      return declared(name) === undefined && (await states.readFresh(name)).state.dropped === true
    },
    markDropped: (name) =>
      states.change(name, (state) => {
        if (declared(name) !== undefined) return undefined
        return state.dropped === true ? state : { ...state, dropped: true }
      }),
    async remove(name) {
      const read = await states.readFresh(name)
      if (read.state.dropped === true) await states.remove(name, read)
    },
    markIndex,
    forget: (name) => states.forget(name),
    entries,
  }
}

/** Index ids of a declaration, each once. */
function definitionIds(settings: CollectionSettings | undefined): readonly string[] {
  return [...new Set(settings?.indexes.map((index) => definitionOf(index).id))]
}

function missing(name: string, hints: boolean): CloudsteadError {
  const line = `"database": { "collections": { "${name}": { "acl": "PRIVATE" } } }`
  const hint = {
    en: `; create it in the Console, on the page Database, or add it to the configuration file under ${line}`,
    zh: `；请在控制台的“数据库”页创建，或在配置文件中添加 ${line}`,
  }
  return new CloudsteadError('DATABASE_COLLECTION_NOT_EXIST', {
    en: `collection '${name}' does not exist${hints ? hint.en : ''}`,
    zh: `集合 '${name}' 不存在${hints ? hint.zh : ''}`,
  })
}

/** @throws CloudsteadError INVALID_PARAM */
function checkCollectionName(name: string): void {
  if (!NAME.test(name)) {
    throw new CloudsteadError('INVALID_PARAM', {
      en: 'a collection name has 1 to 120 letters, digits, - and _',
      zh: '集合名称为 1 到 120 个字母、数字、- 和 _',
    })
  }
}

function viewOf(name: string, { state, version }: ReadState): Collection {
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
