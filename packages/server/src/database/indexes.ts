import { CloudsteadError, type DocumentObject, type DocumentValue } from '@cloudstead/protocol'
import { type Direction, EMPTY_ARRAY, encodeKey, type IndexValue } from '../engines/records/key-encoding.ts'
import type { IndexEntry } from '../engines/records/records.ts'
import type { IndexSettings } from '../settings.ts'
import { leaves, parsePath } from './paths.ts'

/** An index. Its id is made of its definition, so that a changed definition is another index. */
export interface IndexDefinition {
  readonly id: string
  readonly fields: readonly {
    readonly path: string
    readonly parts: readonly string[]
    readonly direction: Direction
  }[]
  readonly unique: boolean
}

/** An index with what the planner has to know about its entries. */
export interface UsableIndex extends IndexDefinition {
  /** Whether some document has several entries. Two bounds may then be met by two different elements of an array. */
  readonly multikey: boolean
}

/** Entries of one document in one index. Longer arrays are not useful as keys. */
const MAX_ENTRIES = 1000
/** Bytes of one index key. Longer strings are not useful as keys. */
const MAX_KEY_BYTES = 8 * 1024

/** Of the keys. It is part of an index's id, so that an index with keys of another format is built again. */
const FORMAT = 2

function define(id: string, fields: IndexSettings['fields'], unique: boolean): IndexDefinition {
  return { id, fields: fields.map(([path, direction]) => ({ path, parts: parsePath(path), direction })), unique }
}

/** The definition of a declared index. Its name in the settings does not matter. */
export function definitionOf(settings: IndexSettings): IndexDefinition {
  return define(JSON.stringify([settings.fields, settings.unique, FORMAT]), settings.fields, settings.unique)
}

/** The definition of an index id, as a collection's state has it. */
export function definitionFromId(id: string): IndexDefinition {
  const [fields, unique] = JSON.parse(id) as [IndexSettings['fields'], boolean]
  return define(id, fields, unique)
}

/** The index of every collection by which presets restrict queries. */
export const OWNER_INDEX: UsableIndex = { ...define('owner', [['_openid', 1]], false), multikey: true }

/** What stands for a leaf or a sort key in a key: undefined is an empty array. */
export function indexValue(leaf: DocumentValue | undefined): IndexValue {
  return leaf === undefined ? EMPTY_ARRAY : leaf
}

/**
 * The entries of a document in an index: one for each combination of the values of its fields, so that every condition
 * that the document meets finds an entry.
 *
 * @throws CloudsteadError DATABASE_REQUEST_FAILED when there are too many, or a value is too long
 */
export function entriesOf(document: DocumentObject, index: IndexDefinition): readonly IndexEntry[] {
  const directions = index.fields.map(({ direction }) => direction)
  let combinations: IndexValue[][] = [[]]
  for (const { path, parts } of index.fields) {
    const values = leaves(document, parts).map(indexValue)
    if (combinations.length * values.length > MAX_ENTRIES) {
      throw new CloudsteadError('DATABASE_REQUEST_FAILED', {
        en: `'${path}' has too many values for its index`,
        zh: `'${path}' 的值过多，无法建立索引`,
      })
    }
    combinations = combinations.flatMap((head) => values.map((value) => [...head, value]))
  }
  const entries = new Map<string, IndexEntry>()
  for (const values of combinations) {
    const key = encodeKey(values, directions)
    if (key.length > MAX_KEY_BYTES) {
      const paths = index.fields.map(({ path }) => path).join(', ')
      throw new CloudsteadError('DATABASE_REQUEST_FAILED', {
        en: `a value of the index over '${paths}' is too long`,
        zh: `'${paths}' 索引的某个值过长`,
      })
    }
    const entry = { index: index.id, key, ...(index.unique && { unique: true }) }
    entries.set(combinations.length === 1 ? '' : Buffer.from(key).toString('latin1'), entry)
  }
  return [...entries.values()]
}
