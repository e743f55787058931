import type { RuleNode } from './language/ast.ts'
import { compileRule } from './language/compile-rule.ts'
import type { ExplainedNode } from './language/explain-tree.ts'
import type { Scope } from './language/scope.ts'
import { nearest } from './nearest.ts'
import { RuleError } from './rule-error.ts'
import { type Language, text } from './text.ts'

/** What decides on one kind of operation. */
export interface Judge<C> {
  /** Allows when it yields exactly `true`; may throw, and then it does not. */
  readonly run: (context: C) => unknown
  /** Why it refuses, or undefined when it allows. */
  refusal(context: C, language: Language): string | undefined
  /** The rule, for one that has parts. */
  readonly rule?: JudgedRule<C>
}

export interface JudgedRule<C> {
  readonly key: string
  readonly source: string
  readonly root: RuleNode
  /** What came of each part. */
  tree(context: C): ExplainedNode
}

/**
 * The judge that a rule of a rules object makes.
 *
 * @param key the rule's name: `read`, `write`, ...
 * @throws {RuleError} with `key` and `index`, unless it is a boolean or an expression of the language
 */
export function ruleJudge<C>(key: string, rule: unknown, scope: Scope<C>): Judge<C> {
  if (rule === true) return { run: () => true, refusal: () => undefined }
  if (rule === false) {
    const message = text(`the rule "${key}" is false`, `规则 "${key}" 为 false`)
    return { run: () => false, refusal: (_, language) => message[language] }
  }
  if (typeof rule !== 'string') {
    throw new RuleError(
      text(`"${key}" must be true, false or an expression string`, `"${key}" 必须是 true、false 或表达式字符串`),
      { key },
    )
  }
  try {
    const compiled = compileRule(rule, scope)
    return {
      run: compiled.run,
      refusal(context, language) {
        if (compiled.allows(context)) return undefined
        const why = compiled.whyNot(context, language)
        return language === 'zh' ? `规则 "${key}"：${why}` : `the rule "${key}": ${why}`
      },
      rule: { key, source: rule, root: compiled.root, tree: compiled.explain },
    }
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    const { en, zh } = error.text
    throw new RuleError(text(`"${key}": ${en}`, `"${key}"：${zh}`), { key, index: error.index, source: rule })
  }
}

/** The judge of an operation for which the rules have no rule. */
export function missingRule<C>(key: string): Judge<C> {
  const message = text(
    `there is no rule "${key}", and a missing rule denies`,
    `没有规则 "${key}"，没有写的规则一律拒绝`,
  )
  return { run: () => false, refusal: (_, language) => message[language] }
}

/** The error about a name that is not among the valid ones. */
export function unknownName(what: 'preset' | 'key', name: string, valid: readonly string[]): RuleError {
  const near = nearest(name, valid)
  const shown = JSON.stringify(name.slice(0, 64))
  const whatZh = what === 'preset' ? '预设权限' : '键'
  return new RuleError(
    near === undefined
      ? text(
          `unknown ${what} ${shown}; valid: ${valid.join(', ')}`,
          `未知的${whatZh} ${shown}；可用：${valid.join('、')}`,
        )
      : text(
          `unknown ${what} ${shown}; did you mean ${JSON.stringify(near)}?`,
          `未知的${whatZh} ${shown}；是否想写 ${JSON.stringify(near)}？`,
        ),
  )
}
