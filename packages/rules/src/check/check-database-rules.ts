import { DATABASE_OPERATIONS, type DatabaseOperation } from '../database/context.ts'
import { compileDatabaseRules } from '../database/rules.ts'
import type { RuleNode } from '../language/ast.ts'
import { parse } from '../language/parse.ts'
import { mayHold } from '../possible/possible-values.ts'
import { text } from '../text.ts'
import { clauseFindings } from './clauses.ts'
import { databaseAccessFindings, EVERYONE_READS_DOCUMENTS } from './database-access.ts'
import { databaseDialect } from './database-profile.ts'
import { databaseWorlds } from './database-worlds.ts'
import { docInCreate } from './doc-in-create.ts'
import type { Found, RuleFinding } from './finding.ts'
import { firstRead } from './rule-search.ts'
import { refused, worstFirst } from './invalid-rules.ts'
import { queryFindings } from './refused-queries.ts'

export interface DatabaseCheckOptions {
  /** Whether the environment has anonymous logins; it has by default. */
  readonly anonymous?: boolean
  /** The name of the collection, for messages that show code. */
  readonly collection?: string
}

const RULE_KEYS = ['read', 'write', 'create', 'update', 'delete'] as const
const WRITES = ['create', 'update', 'delete'] as const

/**
 * What there is to say about the `acl` of a collection before it is used: everything that `compileDatabaseRules` would
 * refuse, and what bites people although it can be used. The worst first; an empty list is a clean bill.
 *
 * @example
 * checkDatabaseRules({ read: true, update: 'auth != null' })
 * // [{ severity: 'warning', code: 'ownerless-write', key: 'update', message: { en: 'logged-in users can ...', zh } }, ...]
 */
export function checkDatabaseRules(acl: unknown, options: DatabaseCheckOptions = {}): readonly RuleFinding[] {
  const { errors, valid } = refused(acl, compileDatabaseRules, RULE_KEYS)
  const found = [...errors]
  if (valid === 'READONLY' || valid === 'ADMINWRITE') {
    found.push({ severity: 'note', code: 'everyone-reads', message: EVERYONE_READS_DOCUMENTS })
  } else if (typeof valid === 'object' && typeof acl === 'object') {
    const given = new Set(Object.keys(acl ?? {}))
    const rules = new Map<string, unknown>(Object.entries(valid ?? {}))
    for (const key of RULE_KEYS) {
      const rule = rules.get(key)
      if (rule !== undefined)
        found.push(...ruleFindings(String(rule), key, given, options).map((one) => ({ ...one, key })))
    }
  }
  return worstFirst(found)
}

type RuleKey = (typeof RULE_KEYS)[number]

function ruleFindings(
  source: string,
  key: RuleKey,
  given: ReadonlySet<string>,
  { anonymous = true, collection }: DatabaseCheckOptions,
): readonly Found[] {
  const root = parse(source, 'database')
  const operations = operationsOf(key, given)
  const clauses = clauseFindings(root, source, databaseDialect(operations.length > 0 ? operations : WRITES))
  if (operations.length === 0) return [...clauses, UNUSED]
  // Whom a rule with a name that does not exist lets through is not worth saying.
  if (clauses.some(({ severity }) => severity === 'error')) return clauses
  return [
    ...clauses,
    ...databaseAccessFindings(root, { operations, anonymous }),
    ...(operations.includes('create') ? docInCreate(root, key === 'create') : []),
    ...(key === 'write' ? deleteWithoutData(root, operations) : []),
    // How to ask for what is never given is not worth saying either.
    ...(clauses.some(({ severity }) => severity === 'warning')
      ? []
      : queryFindings(root, source, { operations, ...(collection === undefined ? {} : { collection }) })),
  ]
}

/** What a rule decides on: `write` stands in for those that have no rule of their own. */
function operationsOf(key: RuleKey, given: ReadonlySet<string>): readonly DatabaseOperation[] {
  if (key === 'write') return WRITES.filter((operation) => !given.has(operation))
  return DATABASE_OPERATIONS.filter((operation) => operation === key)
}

const UNUSED: Found = {
  severity: 'note',
  code: 'unused-rule',
  message: text(
    'this rule is never asked: create, update and delete have rules of their own',
    '这条规则不会被用到：create、update 和 delete 都有自己的规则',
  ),
}

/** A `write` rule that asks for data that only creating and updating bring. */
function deleteWithoutData(root: RuleNode, operations: readonly DatabaseOperation[]): readonly Found[] {
  const data = firstRead(root, 'request', 'data')
  const may = (operation: DatabaseOperation) => databaseWorlds([operation]).some((world) => mayHold(root, world))
  const others = operations.filter((operation) => operation !== 'delete')
  if (data === undefined || !operations.includes('delete') || may('delete') || !others.some(may)) return []
  const { start, end } = data
  const message = text(
    'a delete brings no data, so request.data is missing and this rule allows no delete; give "delete" a rule of its own',
    '删除不带数据，request.data 缺失，这条规则不允许任何删除；请为 "delete" 单独写一条规则',
  )
  return [{ severity: 'warning', code: 'data-without-write', span: { start, end }, message }]
}
