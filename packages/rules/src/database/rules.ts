import { customRulesOf, isPresetAcl, type PresetAcl } from '../acl.ts'
import { type Caller, callerOf } from '../caller/caller.ts'
import type { RuleAuth } from '../caller/rule-auth.ts'
import type { Decision } from '../decision.ts'
import type { Explanation } from '../explanation.ts'
import type { ExplainedNode } from '../language/explain-tree.ts'
import { MALFORMED_CONTEXT, missingRulePolicy, type Policy, rulePolicy, unknownOperation } from '../policy.ts'
import { RuleError } from '../rule-error.ts'
import { type Text, text } from '../text.ts'
import {
  DATABASE_OPERATIONS,
  type DatabaseFacts,
  type DatabaseOperation,
  type DatabaseRuleContext,
  type DocumentData,
  databaseFacts,
} from './context.ts'
import { ALL, presetReach, presetRefusal, type Reach } from './presets.ts'
import { holds, proofTree, whyUnproven } from './proof/prove.ts'
import { queryWorlds } from './proof/query-worlds.ts'
import { DATABASE_SCOPE } from './scope.ts'

/** The compiled rules of a collection. Immutable, and safe to share. */
export interface DatabaseRules {
  readonly acl: PresetAcl | 'CUSTOM'
  /** The documents that an operation may access at all. */
  reach(operation: DatabaseOperation, auth: RuleAuth | null): Reach
  /** Decides about the document `context.doc`. Never throws: a rule that cannot be evaluated denies, and the reason says so. */
  evaluate(operation: DatabaseOperation, context: DatabaseRuleContext): Decision
  /**
   * Decides about all documents that a query can match: whether the query implies the rule. It can deny a query that does
   * imply the rule, and it does not look at documents, so call `evaluate` for each document as well. Never throws.
   *
   * @param query checked: conditions by dotted path, with MongoDB operators and without placeholders
   */
  prove(operation: DatabaseOperation, query: DocumentData, context: DatabaseRuleContext): Decision
  /** The decision of `evaluate`, or with a query that of `prove`, with everything that led to it. Never throws. Much slower. */
  explain(
    operation: DatabaseOperation,
    context: DatabaseRuleContext,
    request: { readonly target: string; readonly query?: DocumentData },
  ): Explanation
}

const RULE_KEYS = ['read', 'write', 'create', 'update', 'delete'] as const

type DatabasePolicy = Policy<DatabaseFacts>

/**
 * Compiles the `acl` of a collection: the name of a preset, or `{ read, write, create, update, delete }`. The last three
 * default to `write`.
 *
 * @throws {RuleError} for anything else; `key` and `index` tell where
 * @example
 * const rules = compileDatabaseRules({ read: true, write: 'doc._openid == auth.openid' })
 * rules.prove('update', { _openid: 'alice' }, { auth, data, now: Date.now() }).allowed
 */
export function compileDatabaseRules(acl: unknown): DatabaseRules {
  return isPresetAcl(acl) ? presetRules(acl) : customRules(customRulesOf(acl, RULE_KEYS))
}

function presetRules(acl: PresetAcl): DatabaseRules {
  return databaseRules(acl, {
    reach: (operation, caller) => presetReach(acl, operation, caller),
    allows: (operation, facts) => presetRefusal(acl, operation, facts) === undefined,
    refusal: (operation, facts) => presetRefusal(acl, operation, facts),
    // Documents that a preset hides are not found, so every query is allowed.
    proves: () => true,
    unproven: () => undefined,
  })
}

function customRules(rules: ReadonlyMap<string, unknown>): DatabaseRules {
  if (rules.size === 0) {
    const keys = RULE_KEYS.map((key) => JSON.stringify(key)).join(', ')
    throw new RuleError(text(`custom rules need at least one of ${keys}`, `自定义规则至少要写 ${keys} 之一`))
  }
  const own = new Map([...rules].map(([key, rule]) => [key, rulePolicy(key, rule, DATABASE_SCOPE)]))
  const policies = new Map<DatabaseOperation, DatabasePolicy>(
    DATABASE_OPERATIONS.map((operation) => {
      const fallback = operation === 'read' ? undefined : own.get('write')
      return [operation, own.get(operation) ?? fallback ?? missingRulePolicy(operation)]
    }),
  )
  const policyOf = (operation: DatabaseOperation): DatabasePolicy =>
    policies.get(operation) ?? missingRulePolicy(operation)
  return databaseRules('CUSTOM', {
    reach(operation) {
      const policy = policyOf(operation)
      if (policy.rule !== undefined) return { kind: 'rule' }
      const refusal = refusalText(policy, NO_FACTS)
      return refusal === undefined ? ALL : { kind: 'none', reason: refusal }
    },
    allows: (operation, facts) => policyOf(operation).run(facts) === true,
    refusal: (operation, facts) => refusalText(policyOf(operation), facts),
    proves(operation, query, facts) {
      const { rule } = policyOf(operation)
      return rule !== undefined && holds(rule.root, queryWorlds(rule.root, query, facts))
    },
    unproven(operation, query, facts) {
      const policy = policyOf(operation)
      if (policy.rule === undefined) return refusalText(policy, facts)
      const { key, source, root } = policy.rule
      const worlds = queryWorlds(root, query, facts)
      if (holds(root, worlds)) return undefined
      const { en, zh } = whyUnproven(root, source, worlds)
      return text(`the rule "${key}": ${en}`, `规则 "${key}"：${zh}`)
    },
    tree: (operation, facts) => policyOf(operation).rule?.tree(facts),
    proof(operation, query, facts) {
      const { rule } = policyOf(operation)
      return rule && proofTree(rule.root, rule.source, queryWorlds(rule.root, query, facts))
    },
  })
}

/** For policies that do not depend on the context. */
const NO_FACTS = databaseFacts({ auth: null, now: 0 })

function refusalText(policy: DatabasePolicy, facts: DatabaseFacts): Text | undefined {
  const en = policy.refusal(facts, 'en')
  return en === undefined ? undefined : text(en, policy.refusal(facts, 'zh') ?? en)
}

/** The differences between presets and custom rules. */
interface CollectionPolicy {
  reach(operation: DatabaseOperation, caller: Caller | null): Reach
  allows(operation: DatabaseOperation, facts: DatabaseFacts): boolean
  /** Why `allows` is false. */
  refusal(operation: DatabaseOperation, facts: DatabaseFacts): Text | undefined
  proves(operation: DatabaseOperation, query: DocumentData, facts: DatabaseFacts): boolean
  /** Why `proves` is false. */
  unproven(operation: DatabaseOperation, query: DocumentData, facts: DatabaseFacts): Text | undefined
  tree?(operation: DatabaseOperation, facts: DatabaseFacts): ExplainedNode | undefined
  proof?(operation: DatabaseOperation, query: DocumentData, facts: DatabaseFacts): ExplainedNode | undefined
}

function databaseRules(acl: DatabaseRules['acl'], policy: CollectionPolicy): DatabaseRules {
  const allowedBy =
    acl === 'CUSTOM' ? text('allowed by the rules', '由规则允许') : text(`allowed by ${acl}`, `由 ${acl} 允许`)
  const allowed: Decision = Object.freeze({ allowed: true, reason: allowedBy.en })
  const refusal = (operation: DatabaseOperation, context: DatabaseRuleContext, query?: DocumentData) =>
    guarded(() => {
      if (!isOperation(operation)) return unknownOperation(operation)
      const facts = databaseFacts(context)
      return query === undefined ? policy.refusal(operation, facts) : whyNotProven(policy, operation, query, facts)
    })
  const decide = (isAllowed: () => boolean, why: () => Text | undefined): Decision =>
    guarded(isAllowed) === true ? allowed : new DatabaseDenial(() => why() ?? MALFORMED_CONTEXT)
  return Object.freeze({
    acl,
    reach: (operation: DatabaseOperation, auth: RuleAuth | null): Reach =>
      isOperation(operation)
        ? policy.reach(operation, callerOf(auth))
        : { kind: 'none', reason: unknownOperation(operation) },
    evaluate: (operation: DatabaseOperation, context: DatabaseRuleContext) =>
      decide(
        () => isOperation(operation) && policy.allows(operation, databaseFacts(context)),
        () => refusal(operation, context),
      ),
    prove: (operation: DatabaseOperation, query: DocumentData, context: DatabaseRuleContext) =>
      decide(
        () => isOperation(operation) && isProven(policy, operation, query, databaseFacts(context)),
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
        return query === undefined ? policy.tree?.(operation, facts) : policy.proof?.(operation, query, facts)
      })
      const reason = refused ?? allowedBy
      const shown = tree !== undefined && 'source' in tree ? { tree } : {}
      return { operation, acl, target, allowed: refused === undefined, reason, ...shown }
    },
  })
}

/** Computes its reason on demand, because most denials are not read. */
class DatabaseDenial implements Decision {
  readonly allowed = false
  readonly #why: () => Text

  /** @param why must not throw */
  constructor(why: () => Text) {
    this.#why = why
  }

  get reason(): string {
    return this.#why().en
  }
}

function isProven(
  policy: CollectionPolicy,
  operation: DatabaseOperation,
  query: DocumentData,
  facts: DatabaseFacts,
): boolean {
  const { kind } = policy.reach(operation, facts.caller)
  return kind === 'rule' ? policy.proves(operation, query, facts) : kind !== 'none'
}

function whyNotProven(
  policy: CollectionPolicy,
  operation: DatabaseOperation,
  query: DocumentData,
  facts: DatabaseFacts,
): Text | undefined {
  const reach = policy.reach(operation, facts.caller)
  if (reach.kind === 'none') return reach.reason
  return reach.kind === 'rule' ? policy.unproven(operation, query, facts) : undefined
}

function guarded<T>(compute: () => T): T | Text {
  try {
    return compute()
  } catch {
    return MALFORMED_CONTEXT
  }
}

function isOperation(operation: unknown): boolean {
  return DATABASE_OPERATIONS.some((known) => known === operation)
}
