import { DATABASE_OPERATIONS, type DatabaseOperation, isFields } from '../database/context.ts'
import { compileDatabaseRules, type DatabaseRules } from '../database/rules.ts'
import { ALL_FUNCTIONS, compileFunctionRules, type FunctionRules } from '../functions/rules.ts'
import type { RuleKind } from '../language/ast.ts'
import { RuleError } from '../rule-error.ts'
import { parseRulesText } from '../rules-text/rules-text.ts'
import { compileStorageRules, type StorageRules } from '../storage/rules.ts'
import { JsonCursor, NO_SOURCE } from './json-cursor.ts'

/** A rule in a configuration. */
export interface RuleSource {
  /** Such as `storage.read`, `database.orders.update` or `functions.getTicket.invoke`. */
  readonly name: string
  readonly kind: RuleKind
  readonly source: string
  /** The position of a character of the rule in the source of the configuration; in the rule itself when there is no source. */
  position(index: number): { readonly line: number; readonly column: number }
}

/** The rules of a collection. */
export interface CollectionRules {
  readonly rules: DatabaseRules
  /** The name of the rule that decides an operation. */
  ruleName(operation: DatabaseOperation): string
}

/** The rules of all functions. */
interface FunctionsRules {
  readonly rules: FunctionRules
  /** The name of the rule that decides about a function. */
  ruleName(name: string): string
}

/** The compiled rules of a configuration. Made by {@link loadRules}. */
export interface RulesUnderTest {
  readonly storage: StorageRules
  readonly collections: ReadonlyMap<string, CollectionRules>
  readonly functions: FunctionsRules
  readonly sources: readonly RuleSource[]
}

const CONFIGURATION_KEYS = ['$schema', 'storage', 'database', 'auth', 'security', 'functions']

/** The defaults of the server. */
const DEFAULT_STORAGE_ACL = 'READONLY'
const DEFAULT_COLLECTION_ACL = 'PRIVATE'

/**
 * Compiles the rules of a configuration: `storage.acl`, `storage.resourceOpenid`, `database.collections` and
 * `functions.rules`. The rest is ignored.
 *
 * @param configuration the source of a `cloudstead.config.json`, or its parsed value
 * @throws {RuleError} with `line`, `column` and `frame` when the configuration is a source string
 */
export function loadRules(configuration: unknown): RulesUnderTest {
  const parsed = typeof configuration === 'string' ? parseRulesText(configuration) : undefined
  const root = new JsonCursor(parsed ?? NO_SOURCE, parsed === undefined ? configuration : parsed.value)
  root.only(CONFIGURATION_KEYS)
  const sources: RuleSource[] = []
  const storage = root.at('storage')
  const acl = storage?.at('acl')
  const mode = storage?.at('resourceOpenid')?.word(['path', 'creator'] as const) ?? 'path'
  const storageRules = withPosition(acl, () =>
    compileStorageRules(acl?.value ?? DEFAULT_STORAGE_ACL, { resourceOpenid: mode }),
  )
  if (acl !== undefined) sources.push(...sourcesOf('storage', 'storage', acl))
  const collections = new Map<string, CollectionRules>()
  for (const [name, collection] of root.at('database')?.at('collections')?.members() ?? []) {
    const own = collection.at('acl')
    const rules = withPosition(own, () => compileDatabaseRules(own?.value ?? DEFAULT_COLLECTION_ACL))
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
  const functions = functionsRules(root.at('functions')?.at('rules'), sources)
  return { storage: storageRules, collections, functions, sources }
}

function functionsRules(own: JsonCursor | undefined, sources: RuleSource[]): FunctionsRules {
  const rules = withPosition(own, () => compileFunctionRules(own?.value))
  const entries = new Map(own?.members() ?? [])
  for (const [name, entry] of entries) sources.push(...sourcesOf(`functions.${name}`, 'functions', entry))
  return { rules, ruleName: (name) => `functions.${entries.has(name) ? name : ALL_FUNCTIONS}.invoke` }
}

/** Adds the position in the configuration to errors of the rules. */
function withPosition<T>(acl: JsonCursor | undefined, compile: () => T): T {
  try {
    return compile()
  } catch (error) {
    if (!(error instanceof RuleError) || acl === undefined) throw error
    throw acl.error(error.text, error.path, error.index)
  }
}

const RULE_KEYS: readonly string[] = ['write', ...DATABASE_OPERATIONS, 'invoke']

function sourcesOf(prefix: string, kind: RuleKind, acl: JsonCursor): readonly RuleSource[] {
  if (!isFields(acl.value)) return []
  return acl.members().flatMap(([key, { value }]) => {
    if (typeof value !== 'string' || !RULE_KEYS.includes(key)) return []
    const position = (index: number) => {
      const { line, column } = acl.error({ en: '', zh: '' }, [key], index)
      return line === undefined || column === undefined ? { line: 1, column: index + 1 } : { line, column }
    }
    return [{ name: `${prefix}.${key}`, kind, source: value, position }]
  })
}
