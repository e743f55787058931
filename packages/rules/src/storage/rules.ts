import { customRulesOf, isPresetAcl, type PresetAcl } from '../acl.ts'
import type { Decision } from '../decision.ts'
import type { Explanation } from '../explanation.ts'
import { MALFORMED_CONTEXT, missingRulePolicy, type Policy, rulePolicy, unknownOperation } from '../policy.ts'
import { RuleError } from '../rule-error.ts'
import { type Language, text } from '../text.ts'
import { type StorageFacts, type StorageOperation, type StorageRuleContext, storageFacts } from './context.ts'
import { placeholderHint } from './placeholder-segment.ts'
import { presetRefusal, presetTest } from './presets.ts'
import { type ResourceOpenid, storageScope } from './scope.ts'

/** The compiled rules of a bucket. Immutable, and safe to share. */
export interface StorageRules {
  readonly acl: PresetAcl | 'CUSTOM'
  /** Lifetime of temporary URLs in seconds; undefined unless the custom rules set it. */
  readonly maxAge: number | undefined
  /** Never throws: a rule that cannot be evaluated denies, and the reason says so. */
  evaluate(operation: StorageOperation, context: StorageRuleContext): Decision
  /** The decision of `evaluate` with everything that led to it. Never throws. Much slower than `evaluate`. */
  explain(operation: StorageOperation, context: StorageRuleContext): Explanation
}

export interface StorageRulesOptions {
  readonly resourceOpenid: ResourceOpenid
}

/** Seconds. A temporary URL lives for at most a day, as on the platform. */
const MAX_MAX_AGE = 86_400

const RULE_KEYS = ['read', 'write', 'maxAge'] as const

/**
 * Compiles the `storage.acl` of a configuration: the name of a preset, or `{ read, write, maxAge }`.
 *
 * @throws {RuleError} for anything else; `key` and `index` tell where
 * @example
 * const rules = compileStorageRules({ read: true, write: 'resource.openid == auth.openid' }, { resourceOpenid: 'path' })
 * rules.evaluate('write', { auth, resource, now: Date.now() }).allowed
 */
export function compileStorageRules(acl: unknown, options: StorageRulesOptions): StorageRules {
  if (options.resourceOpenid !== 'path' && options.resourceOpenid !== 'creator') {
    throw new RuleError(text('resourceOpenid must be "path" or "creator"', 'resourceOpenid 必须是 "path" 或 "creator"'))
  }
  if (isPresetAcl(acl)) {
    return storageRules(acl, undefined, {
      read: presetPolicy(acl, 'read'),
      write: presetPolicy(acl, 'write'),
    })
  }
  const rules = customRulesOf(acl, RULE_KEYS)
  if (!rules.has('read') && !rules.has('write')) {
    throw new RuleError(
      text('custom rules need "read" or "write" or both', '自定义规则至少要写 "read" 或 "write" 之一'),
    )
  }
  const scope = storageScope(options.resourceOpenid)
  const policy = (key: StorageOperation) =>
    rules.has(key) ? rulePolicy(key, rules.get(key), scope) : missingRulePolicy<StorageFacts>(key)
  const maxAge = rules.has('maxAge') ? maxAgeOf(rules.get('maxAge')) : undefined
  return storageRules('CUSTOM', maxAge, { read: policy('read'), write: policy('write') })
}

function storageRules(
  acl: StorageRules['acl'],
  maxAge: number | undefined,
  policies: Readonly<Record<StorageOperation, Policy<StorageFacts>>>,
): StorageRules {
  const { read, write } = policies
  const by = (operation: StorageOperation) => (acl === 'CUSTOM' ? `the rule "${operation}"` : acl)
  const readAllowed: Decision = Object.freeze({ allowed: true, reason: `allowed by ${by('read')}` })
  const writeAllowed: Decision = Object.freeze({ allowed: true, reason: `allowed by ${by('write')}` })
  return Object.freeze({
    acl,
    maxAge,
    evaluate(operation: StorageOperation, context: StorageRuleContext): Decision {
      if (operation !== 'read' && operation !== 'write') {
        return { allowed: false, reason: unknownOperation(operation).en }
      }
      const policy = operation === 'read' ? read : write
      try {
        if (policy.run(storageFacts(context)) === true) return operation === 'read' ? readAllowed : writeAllowed
      } catch {
        // Denied below; the reason says so.
      }
      return new StorageDenial(policy, context)
    },
    explain(operation: StorageOperation, context: StorageRuleContext): Explanation {
      const known = operation === 'read' || operation === 'write'
      return explain(acl, operation, known ? policies[operation] : undefined, context)
    },
  })
}

/** Computes its reason on demand, because most denials are not read. Private fields would slow down every denial by 4%. */
class StorageDenial implements Decision {
  readonly allowed = false
  readonly policy: Policy<StorageFacts>
  readonly context: StorageRuleContext

  constructor(policy: Policy<StorageFacts>, context: StorageRuleContext) {
    this.policy = policy
    this.context = context
  }

  get reason(): string {
    try {
      return refusalOf(this.policy, storageFacts(this.context), 'en') ?? MALFORMED_CONTEXT.en
    } catch {
      return MALFORMED_CONTEXT.en
    }
  }
}

function explain(
  acl: StorageRules['acl'],
  operation: StorageOperation,
  policy: Policy<StorageFacts> | undefined,
  context: StorageRuleContext,
): Explanation {
  const decided = { acl, operation, target: pathOf(context) }
  if (policy === undefined) return { ...decided, allowed: false, reason: unknownOperation(operation) }
  try {
    const facts = storageFacts(context)
    const en = refusalOf(policy, facts, 'en')
    const zh = refusalOf(policy, facts, 'zh')
    const allowed = en === undefined || zh === undefined
    const allowedBy =
      acl === 'CUSTOM'
        ? text(`allowed by the rule "${operation}"`, `由规则 "${operation}" 允许`)
        : text(`allowed by ${acl}`, `由 ${acl} 允许`)
    const reason = allowed ? allowedBy : text(en, zh)
    const tree = policy.rule?.tree(facts)
    return { ...decided, allowed, reason, ...(tree === undefined ? {} : { tree }) }
  } catch {
    return { ...decided, allowed: false, reason: MALFORMED_CONTEXT }
  }
}

/** Why the policy denies, with a hint when the path looks like a mistake of the app; undefined when it allows. */
function refusalOf(policy: Policy<StorageFacts>, facts: StorageFacts, language: Language): string | undefined {
  const why = policy.refusal(facts, language)
  const hint = why === undefined || facts.path === undefined ? undefined : placeholderHint(facts.path)?.[language]
  if (hint === undefined) return why
  return language === 'zh' ? `${why}（${hint}）` : `${why} (${hint})`
}

function presetPolicy(acl: PresetAcl, operation: StorageOperation): Policy<StorageFacts> {
  return {
    run: presetTest(acl, operation),
    refusal: (facts, language) => presetRefusal(acl, operation, facts, language),
  }
}

function pathOf(context: StorageRuleContext): string {
  const path: unknown = context?.resource?.path
  return typeof path === 'string' ? path : ''
}

function maxAgeOf(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_MAX_AGE) return value
  throw new RuleError(
    text(
      `"maxAge" must be a whole number of seconds from 1 to ${MAX_MAX_AGE}`,
      `"maxAge" 必须是 1 到 ${MAX_MAX_AGE} 之间的整数秒`,
    ),
    { key: 'maxAge' },
  )
}
