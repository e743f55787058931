import { DATABASE_OPERATIONS, type DatabaseOperation } from '../database/context.ts'
import { compileDatabaseRules } from '../database/rules.ts'
import type { RuleNode } from '../language/ast.ts'
import { parse } from '../language/parse.ts'
import { mayHold } from '../possible/possible-values.ts'
import { text } from '../text.ts'
import { everyoneReads } from './access-findings.ts'
import { clauseFindings } from './clauses.ts'
import { DOCUMENT, databaseAccessFindings } from './database-access.ts'
import { databaseProfile } from './database-profile.ts'
import { databaseWorlds } from './database-worlds.ts'
import { docInCreate } from './doc-in-create.ts'
import type { RuleFinding, UnkeyedFinding } from './finding.ts'
import { separateInvalid, worstFirst } from './invalid-rules.ts'
import { refusedQueries } from './refused-queries.ts'
import { firstRead } from './rule-search.ts'

export interface DatabaseCheckOptions {
  /** Whether the environment allows anonymous logins; true by default. */
  readonly anonymous?: boolean
  /** The name of the collection, for messages that show code. */
  readonly collection?: string
}

const RULE_KEYS = ['read', 'write', 'create', 'update', 'delete'] as const
const WRITES = ['create', 'update', 'delete'] as const

/**
 * Checks the `acl` of a collection before it is used. Reports everything that `compileDatabaseRules` would refuse, and valid
 * rules that probably do not do what their author expects. The worst findings come first.
 *
 * @example
 * checkDatabaseRules({ read: true, update: 'auth != null' })
 * // [{ severity: 'warning', code: 'ownerless-write', key: 'update', message: { en: 'logged-in users can ...', zh } }, ...]
 */
export function checkDatabaseRules(acl: unknown, options: DatabaseCheckOptions = {}): readonly RuleFinding[] {
  const { errors, valid } = separateInvalid(acl, compileDatabaseRules, RULE_KEYS)
  const findings = [...errors]
  if (valid === 'READONLY' || valid === 'ADMINWRITE') {
    findings.push({ severity: 'note', code: 'everyone-reads', message: everyoneReads(DOCUMENT) })
  } else if (typeof valid === 'object' && typeof acl === 'object') {
    const given = new Set(Object.keys(acl ?? {}))
    const rules = new Map<string, unknown>(Object.entries(valid ?? {}))
    for (const key of RULE_KEYS) {
      const rule = rules.get(key)
      if (rule !== undefined) {
        findings.push(...ruleFindings(String(rule), key, given, options).map((finding) => ({ ...finding, key })))
      }
    }
  }
  return worstFirst(findings)
}

type RuleKey = (typeof RULE_KEYS)[number]

function ruleFindings(
  source: string,
  key: RuleKey,
  given: ReadonlySet<string>,
  { anonymous = true, collection }: DatabaseCheckOptions,
): readonly UnkeyedFinding[] {
  const root = parse(source, 'database')
  const operations = operationsOf(key, given)
  const clauses = clauseFindings(root, source, databaseProfile(operations.length > 0 ? operations : WRITES))
  if (operations.length === 0) return [...clauses, UNUSED]
  // Access findings are meaningless for a rule with an unknown name.
  if (clauses.some(({ severity }) => severity === 'error')) return clauses
  return [
    ...clauses,
    ...databaseAccessFindings(root, { operations, anonymous }),
    ...(operations.includes('create') ? docInCreate(root, key === 'create') : []),
    ...(key === 'write' ? deleteWithoutData(root, operations) : []),
    // Queries that a rule refuses are not interesting when the rule itself looks wrong.
    ...(clauses.some(({ severity }) => severity === 'warning')
      ? []
      : refusedQueries(root, source, { operations, ...(collection === undefined ? {} : { collection }) })),
  ]
}

/** The operations that a rule decides. `write` decides those without a rule of their own. */
function operationsOf(key: RuleKey, given: ReadonlySet<string>): readonly DatabaseOperation[] {
  if (key === 'write') return WRITES.filter((operation) => !given.has(operation))
  return DATABASE_OPERATIONS.filter((operation) => operation === key)
}

const UNUSED: UnkeyedFinding = {
  severity: 'note',
  code: 'unused-rule',
  message: text(
    'this rule is never used: create, update and delete have their own rules',
    '这条规则不会被用到：create、update 和 delete 都有自己的规则',
  ),
}

/** A `write` rule that needs data, which only create and update requests have. */
function deleteWithoutData(root: RuleNode, operations: readonly DatabaseOperation[]): readonly UnkeyedFinding[] {
  const data = firstRead(root, 'request', 'data')
  const may = (operation: DatabaseOperation) => databaseWorlds([operation]).some((world) => mayHold(root, world))
  const others = operations.filter((operation) => operation !== 'delete')
  if (data === undefined || !operations.includes('delete') || may('delete') || !others.some(may)) return []
  const { start, end } = data
  const message = text(
    'a delete request has no data, so request.data is missing and this rule denies every delete; write a separate "delete" rule',
    '删除不带数据，request.data 缺失，这条规则不允许任何删除；请为 "delete" 单独写一条规则',
  )
  return [{ severity: 'warning', code: 'data-without-write', span: { start, end }, message }]
}
