import { type Caller, callerOf } from '../caller/caller.ts'
import type { RuleAuth } from '../caller/rule-auth.ts'
import type { Decision } from '../decision.ts'
import type { Explanation } from '../explanation.ts'
import { type Judge, missingRule, ruleJudge, unknownName } from '../policy.ts'
import type { ExplainedNode } from '../language/explain-tree.ts'
import { isPresetAcl, PRESET_ACLS, type PresetAcl } from '../acl.ts'
import { RuleError } from '../rule-error.ts'
import { type Text, text } from '../text.ts'
import { DATABASE_OPERATIONS, type DatabaseOperation, type DatabaseRuleContext, type DocumentData } from './context.ts'
import { type DatabaseFacts, databaseFacts } from './facts.ts'
import { ALL, presetReach, presetRefusal, type Reach } from './presets.ts'
import { holds, proofTree, whyUnproven } from './proof/prove.ts'
import { queryWorlds } from './proof/query-worlds.ts'
import { DATABASE_SCOPE } from './scope.ts'

/** Compiled rules of one collection. Immutable; may be asked from anywhere at any time. */
export interface DatabaseRules {
  readonly acl: PresetAcl | 'CUSTOM'
  /** What an operation may touch at all. */
  reach(operation: DatabaseOperation, auth: RuleAuth | null): Reach
  /** About one document: `context.doc`. Never throws: what cannot be evaluated is denied, and the reason says so. */
  evaluate(operation: DatabaseOperation, context: DatabaseRuleContext): Decision
  /**
   * About all documents that a query finds: whether the query implies the rule. It may say no where it would be so, and
   * does not look at documents; whoever trusts it asks `evaluate` about each document besides. Never throws.
   *
   * @param query checked: conditions by dotted path, operators of MongoDB, placeholders replaced
   */
  prove(operation: DatabaseOperation, query: DocumentData, context: DatabaseRuleContext): Decision
  /** The decision of `evaluate`, or of `prove` with a query, with everything that led to it. Never throws; far slower. */
  explain(
    operation: DatabaseOperation,
    context: DatabaseRuleContext,
    asked: { readonly target: string; readonly query?: DocumentData },
  ): Explanation
}

const RULE_KEYS = ['read', 'write', 'create', 'update', 'delete'] as const

const MALFORMED = text('the request cannot be judged: its context is malformed', '无法判断这个请求：上下文格式错误')

type DatabaseJudge = Judge<DatabaseFacts>

/**
 * Compiles the `acl` of a collection: the name of a preset, or `{ read, write, create, update, delete }`, of which the
 * last three fall back to `write`.
 *
 * @throws {RuleError} for anything else; `key` and `index` say where
 * @example
 * const rules = compileDatabaseRules({ read: true, write: 'doc._openid == auth.openid' })
 * rules.prove('update', { _openid: 'alice' }, { auth, data, now: Date.now() }).allowed
 */
export function compileDatabaseRules(acl: unknown): DatabaseRules {
  if (isPresetAcl(acl)) return presetRules(acl)
  if (typeof acl === 'string') throw unknownName('preset', acl, PRESET_ACLS)
  if (typeof acl !== 'object' || acl === null || Array.isArray(acl)) {
    const names = PRESET_ACLS.join(', ')
    const keys = RULE_KEYS.join(', ')
    throw new RuleError(
      text(`the acl must be one of ${names} or an object { ${keys} }`, `acl 必须是 ${names} 之一，或对象 { ${keys} }`),
    )
  }
  return customRules(acl)
}

function presetRules(acl: PresetAcl): DatabaseRules {
  return databaseRules(acl, {
    reach: (operation, caller) => presetReach(acl, operation, caller),
    allows: (operation, facts) => presetRefusal(acl, operation, facts) === undefined,
    refusal: (operation, facts) => presetRefusal(acl, operation, facts),
    // What a preset does not let see is not found, so every query is in order.
    proves: () => true,
    unproven: () => undefined,
  })
}

function customRules(acl: object): DatabaseRules {
  for (const key of Object.keys(acl)) {
    if (!RULE_KEYS.some((known) => known === key)) throw unknownName('key', key, RULE_KEYS)
  }
  const given = new Map<string, unknown>(Object.entries(acl))
  if (given.size === 0) {
    const keys = RULE_KEYS.map((key) => JSON.stringify(key)).join(', ')
    throw new RuleError(text(`custom rules need at least one of ${keys}`, `自定义规则至少要写 ${keys} 之一`))
  }
  const own = new Map([...given].map(([key, rule]) => [key, ruleJudge(key, rule, DATABASE_SCOPE)]))
  const judges = new Map<DatabaseOperation, DatabaseJudge>(
    DATABASE_OPERATIONS.map((operation) => {
      const fallback = operation === 'read' ? undefined : own.get('write')
      return [operation, own.get(operation) ?? fallback ?? missingRule(operation)]
    }),
  )
  const judgeOf = (operation: DatabaseOperation): DatabaseJudge => judges.get(operation) ?? missingRule(operation)
  return databaseRules('CUSTOM', {
    reach(operation) {
      const judge = judgeOf(operation)
      if (judge.rule !== undefined) return { kind: 'rule' }
      const refused = bothTexts(judge, UNASKED)
      return refused === undefined ? ALL : { kind: 'none', reason: refused }
    },
    allows: (operation, facts) => judgeOf(operation).run(facts) === true,
    refusal: (operation, facts) => bothTexts(judgeOf(operation), facts),
    proves(operation, query, facts) {
      const { rule } = judgeOf(operation)
      return rule !== undefined && holds(rule.root, queryWorlds(rule.root, query, facts))
    },
    unproven(operation, query, facts) {
      const { rule } = judgeOf(operation)
      if (rule === undefined) return bothTexts(judgeOf(operation), facts)
      const worlds = queryWorlds(rule.root, query, facts)
      if (holds(rule.root, worlds)) return undefined
      const { en, zh } = whyUnproven(rule.root, rule.source, worlds)
      return text(`the rule "${rule.key}": ${en}`, `规则 "${rule.key}"：${zh}`)
    },
    tree: (operation, facts) => judgeOf(operation).rule?.tree(facts),
    proof(operation, query, facts) {
      const { rule } = judgeOf(operation)
      return rule && proofTree(rule.root, rule.source, queryWorlds(rule.root, query, facts))
    },
  })
}

/** For judges that look at nothing. */
const UNASKED = databaseFacts({ auth: null, now: 0 })

function bothTexts(judge: DatabaseJudge, facts: DatabaseFacts): Text | undefined {
  const en = judge.refusal(facts, 'en')
  return en === undefined ? undefined : text(en, judge.refusal(facts, 'zh') ?? en)
}

/** How a preset and custom rules differ. `allows` and `proves` say the same as their neighbours, without the words. */
interface Judgement {
  reach(operation: DatabaseOperation, caller: Caller | null): Reach
  allows(operation: DatabaseOperation, facts: DatabaseFacts): boolean
  refusal(operation: DatabaseOperation, facts: DatabaseFacts): Text | undefined
  proves(operation: DatabaseOperation, query: DocumentData, facts: DatabaseFacts): boolean
  unproven(operation: DatabaseOperation, query: DocumentData, facts: DatabaseFacts): Text | undefined
  tree?(operation: DatabaseOperation, facts: DatabaseFacts): ExplainedNode | undefined
  proof?(operation: DatabaseOperation, query: DocumentData, facts: DatabaseFacts): ExplainedNode | undefined
}

function databaseRules(acl: DatabaseRules['acl'], judgement: Judgement): DatabaseRules {
  const yes: Decision = Object.freeze({ allowed: true, reason: `allowed by ${acl === 'CUSTOM' ? 'the rules' : acl}` })
  const allowedBy =
    acl === 'CUSTOM' ? text('allowed by the rules', '由规则允许') : text(`allowed by ${acl}`, `由 ${acl} 允许`)
  /** Why not, in words; undefined when it is allowed. */
  const refusal = (operation: DatabaseOperation, context: DatabaseRuleContext, query?: DocumentData) =>
    guarded(() => {
      if (!isOperation(operation)) return noOperation(operation)
      const facts = databaseFacts(context)
      return query === undefined ? judgement.refusal(operation, facts) : whyNotAll(judgement, operation, query, facts)
    })
  const decide = (allowed: () => boolean, why: () => Text | undefined): Decision =>
    guarded(allowed) === true ? yes : new DatabaseDenial(() => why() ?? MALFORMED)
  return Object.freeze({
    acl,
    reach: (operation: DatabaseOperation, auth: RuleAuth | null) =>
      isOperation(operation) ? judgement.reach(operation, callerOf(auth)) : noReach(operation),
    evaluate: (operation: DatabaseOperation, context: DatabaseRuleContext) =>
      decide(
        () => isOperation(operation) && judgement.allows(operation, databaseFacts(context)),
        () => refusal(operation, context),
      ),
    prove: (operation: DatabaseOperation, query: DocumentData, context: DatabaseRuleContext) =>
      decide(
        () => isOperation(operation) && allowsAll(judgement, operation, query, databaseFacts(context)),
        () => refusal(operation, context, query),
      ),
    explain(
      operation: DatabaseOperation,
      context: DatabaseRuleContext,
      { target, query }: { readonly target: string; readonly query?: DocumentData },
    ): Explanation {
      const refused = refusal(operation, context, query)
      const tree = guarded(() => {
        const facts = databaseFacts(context)
        return query === undefined ? judgement.tree?.(operation, facts) : judgement.proof?.(operation, query, facts)
      })
      const reason = refused ?? allowedBy
      const shown = tree !== undefined && 'source' in tree ? { tree } : {}
      return { operation, acl, target, allowed: refused === undefined, reason, ...shown }
    },
  })
}

/** Puts its reason into words when somebody asks for it: most denials are not read. */
class DatabaseDenial implements Decision {
  readonly allowed = false
  private readonly words: () => Text

  /** @param words must not throw */
  constructor(words: () => Text) {
    this.words = words
  }

  get reason(): string {
    return this.words().en
  }
}

function allowsAll(
  judgement: Judgement,
  operation: DatabaseOperation,
  query: DocumentData,
  facts: DatabaseFacts,
): boolean {
  const { kind } = judgement.reach(operation, facts.caller)
  return kind === 'rule' ? judgement.proves(operation, query, facts) : kind !== 'none'
}

function whyNotAll(
  judgement: Judgement,
  operation: DatabaseOperation,
  query: DocumentData,
  facts: DatabaseFacts,
): Text | undefined {
  const reach = judgement.reach(operation, facts.caller)
  if (reach.kind === 'none') return reach.reason
  return reach.kind === 'rule' ? judgement.unproven(operation, query, facts) : undefined
}

function guarded<T>(ask: () => T): T | Text {
  try {
    return ask()
  } catch {
    return MALFORMED
  }
}

function isOperation(operation: unknown): boolean {
  return DATABASE_OPERATIONS.some((known) => known === operation)
}

function noOperation(operation: unknown): Text {
  const name = JSON.stringify(operation)
  return text(`there is no operation ${name}`, `没有操作 ${name}`)
}

function noReach(operation: unknown): Reach {
  return { kind: 'none', reason: noOperation(operation) }
}
