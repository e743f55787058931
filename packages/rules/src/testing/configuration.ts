import { DATABASE_OPERATIONS, type DatabaseOperation } from '../database/context.ts'
import { compileDatabaseRules, type DatabaseRules } from '../database/rules.ts'
import type { Dialect } from '../language/ast.ts'
import { RuleError } from '../rule-error.ts'
import { parseRulesText } from '../rules-text/rules-text.ts'
import { compileStorageRules, type StorageRules } from '../storage/rules.ts'
import { isObject, NO_TEXT, Part } from './json-cursor.ts'

/** One expression of a configuration. */
export interface RuleSource {
  /** `storage.read`, `database.orders.update`. */
  readonly name: string
  readonly dialect: Dialect
  readonly source: string
  /** Where a character of the expression stands: in the text of the configuration, or in the expression if there is none. */
  place(index: number): { readonly line: number; readonly column: number }
}

/** The rules of one collection, with the name of the expression that decides on an operation. */
export interface CollectionRules {
  readonly rules: DatabaseRules
  ruleName(operation: DatabaseOperation): string
}

/** The rules of a configuration, ready to be asked. Made by {@link loadRules}. */
export interface RulesUnderTest {
  readonly storage: StorageRules
  readonly collections: ReadonlyMap<string, CollectionRules>
  readonly sources: readonly RuleSource[]
}

const CONFIGURATION_KEYS = ['$schema', 'storage', 'database', 'auth']

/** What holds without an acl, as on the server. */
const DEFAULT_STORAGE_ACL = 'READONLY'
const DEFAULT_COLLECTION_ACL = 'PRIVATE'

/**
 * The rules of a configuration: `storage.acl`, `storage.resourceOpenid` and `database.collections`. The rest of it is not
 * looked at.
 *
 * @param configuration the text of a `cloudstead.config.json`, or what it says
 * @throws {RuleError} with `line`, `column` and `frame` when it is a text
 */
export function loadRules(configuration: unknown): RulesUnderTest {
  const read = typeof configuration === 'string' ? parseRulesText(configuration) : undefined
  const root = new Part(read ?? NO_TEXT, read === undefined ? configuration : read.value)
  root.only(CONFIGURATION_KEYS)
  const sources: RuleSource[] = []
  const storage = root.at('storage')
  const acl = storage?.at('acl')
  const mode = storage?.at('resourceOpenid')?.word(['path', 'creator'] as const) ?? 'path'
  const storageRules = placed(acl, () =>
    compileStorageRules(acl?.value ?? DEFAULT_STORAGE_ACL, { resourceOpenid: mode }),
  )
  if (acl !== undefined) sources.push(...sourcesOf('storage', 'storage', acl))
  const collections = new Map<string, CollectionRules>()
  for (const [name, collection] of root.at('database')?.at('collections')?.members() ?? []) {
    const own = collection.at('acl')
    const rules = placed(own, () => compileDatabaseRules(own?.value ?? DEFAULT_COLLECTION_ACL))
    const prefix = `database.${name}`
    collections.set(name, {
      rules,
      ruleName: (operation) => {
        const fallback = operation !== 'read' && own?.at(operation) === undefined
        return `${prefix}.${fallback ? 'write' : operation}`
      },
    })
    if (own !== undefined) sources.push(...sourcesOf(prefix, 'database', own))
  }
  return { storage: storageRules, collections, sources }
}

/** A fault in rules, said with its place in the configuration. */
function placed<T>(acl: Part | undefined, compile: () => T): T {
  try {
    return compile()
  } catch (error) {
    if (!(error instanceof RuleError) || acl === undefined) throw error
    throw acl.error(error.text, error.key === undefined ? [] : [error.key], error.index)
  }
}

const RULE_KEYS: readonly string[] = ['write', ...DATABASE_OPERATIONS]

function sourcesOf(prefix: string, dialect: Dialect, acl: Part): readonly RuleSource[] {
  if (!isObject(acl.value)) return []
  return acl.members().flatMap(([key, { value }]) => {
    if (typeof value !== 'string' || !RULE_KEYS.includes(key)) return []
    const place = (index: number) => {
      const { line, column } = acl.error({ en: '', zh: '' }, [key], index)
      return line === undefined || column === undefined ? { line: 1, column: index + 1 } : { line, column }
    }
    return [{ name: `${prefix}.${key}`, dialect, source: value, place }]
  })
}
