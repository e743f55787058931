import type { Language } from '../text.ts'
import type { RuleNode } from './ast.ts'
import { compile } from './compile.ts'
import { explain } from './explain.ts'
import { type ExplainedNode, explainTree } from './explain-tree.ts'
import { parse } from './parse.ts'
import { PHRASES } from './phrases.ts'
import type { Scope } from './scope.ts'

/** A compiled expression. */
export interface Rule<C> {
  readonly root: RuleNode
  /** Evaluates the expression: returns a value or throws. */
  readonly run: (context: C) => unknown
  /** Whether the value is exactly `true`; false on an error. Never throws. */
  allows(context: C): boolean
  /** Why the rule does not allow, for the log. Meaningful only when `allows` returns false. Never throws. */
  whyNot(context: C, language: Language): string
  /** The outcome of every part of the rule. Never throws. Much slower than `allows`. */
  explain(context: C): ExplainedNode
}

/**
 * Parses, checks and compiles one expression.
 *
 * @throws {RuleError} with the position, when the expression is not in the language
 */
export function compileRule<C>(source: string, scope: Scope<C>): Rule<C> {
  const compiled = compile(parse(source, scope.kind), scope)
  const { run } = compiled
  return {
    root: compiled.node,
    run,
    allows(context) {
      try {
        return run(context) === true
      } catch {
        return false
      }
    },
    whyNot(context, language) {
      try {
        return explain(compiled, source, context, language)
      } catch {
        return PHRASES[language].notEvaluable
      }
    },
    explain(context) {
      try {
        return explainTree(compiled, source, context)
      } catch {
        const { kind, start, end } = compiled.node
        return { kind, start, end, source, outcome: 'error', decided: true, children: [] }
      }
    },
  }
}
