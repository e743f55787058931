import { text } from '../text.ts'
import type { CompiledNode } from './compile.ts'
import { EvaluationError, type Value } from './values.ts'

const UNREADABLE = text('the data cannot be read', '数据无法读取')

/**
 * The values of the parts of a rule in one context. Each part is evaluated once; otherwise explaining a part would evaluate
 * its own parts again and again.
 */
export class PartValues<C> {
  readonly #context: C
  readonly #known = new Map<CompiledNode<C>, Value>()

  constructor(context: C) {
    this.#context = context
  }

  /** The value of a part, or the error that its evaluation throws. */
  of(compiled: CompiledNode<C>): Value {
    if (this.#known.has(compiled)) return this.#known.get(compiled)
    const value = this.#evaluate(compiled)
    this.#known.set(compiled, value)
    return value
  }

  #evaluate(compiled: CompiledNode<C>): Value {
    try {
      return compiled.run(this.#context)
    } catch (error) {
      return error instanceof EvaluationError ? error : new EvaluationError(UNREADABLE)
    }
  }
}
