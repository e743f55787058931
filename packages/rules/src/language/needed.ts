import { type Text, text } from '../text.ts'
import type { CompareNode, CompareOperator, OrderOperator } from './ast.ts'
import type { Compiled } from './compile.ts'
import { show } from './explain.ts'
import { ComparableValue, isMissing, type Value } from './values.ts'

/** A part of a rule with what it yielded. */
export interface Seen<C> {
  readonly compiled: Compiled<C>
  readonly source: string
  readonly value: Value
}

/** The operator that holds exactly when the other one does not. */
const OPPOSITES: Readonly<Record<CompareOperator, CompareOperator | 'not in'>> = {
  '==': '!=',
  '===': '!=',
  '!=': '==',
  '!==': '==',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
  in: 'not in',
}

/** The operator that says the same with the sides exchanged. */
const MIRRORED: Readonly<Record<OrderOperator, OrderOperator>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' }

/**
 * What would have to differ for a comparison to yield what was wanted.
 *
 * @param wanted false under a `!`
 */
export function neededOf<C>(node: CompareNode, left: Seen<C>, right: Seen<C>, wanted: boolean): Text {
  const operator = wanted ? node.operator : OPPOSITES[node.operator]
  if (operator === 'in' || operator === 'not in') {
    const not = operator === 'in' ? text('', '') : text('not ', '不')
    return text(
      `${left.source} would have to be ${not.en}one of ${right.source}`,
      `${left.source} 需要${not.zh}是 ${right.source} 之一`,
    )
  }
  // What can differ is what is not written in the rule.
  const swap = left.compiled.node.kind === 'literal'
  const [subject, other] = swap ? [right, left] : [left, right]
  const { source } = subject
  if (operator === '==' || operator === '===' || operator === '!=' || operator === '!==') {
    return equality(subject, other, operator[0] === '=')
  }
  const sign = swap ? MIRRORED[operator] : operator
  const limit = isMissing(other.value) ? text(other.source, other.source) : bothShown(other.value)
  return text(`${source} would have to be ${sign} ${limit.en}`, `${source} 需要 ${sign} ${limit.zh}`)
}

function equality<C>(subject: Seen<C>, other: Seen<C>, same: boolean): Text {
  const { source } = subject
  const againstNull = other.compiled.node.kind === 'literal' && other.value === null
  if (againstNull) {
    if (same) return text(`${source} would have to be missing`, `${source} 需要缺失`)
    if (source === 'auth') return text('somebody would have to be logged in', '需要先登录')
    return text(`${source} would have to be there`, `${source} 需要存在`)
  }
  const absent = [subject, other].filter(({ value }) => isMissing(value)).map((seen) => seen.source)
  if (absent.length > 0) {
    return text(`${absent.join(' and ')} would have to be there`, `${absent.join(' 和 ')} 需要存在`)
  }
  if (subject.value instanceof ComparableValue || other.value instanceof ComparableValue) {
    return same
      ? text(
          `${source} and ${other.source} would have to be the same user`,
          `${source} 和 ${other.source} 需要是同一个用户`,
        )
      : text(
          `${source} and ${other.source} would have to be different users`,
          `${source} 和 ${other.source} 需要是不同的用户`,
        )
  }
  const value = bothShown(other.value)
  return same
    ? text(`${source} would have to be ${value.en}`, `${source} 需要是 ${value.zh}`)
    : text(`${source} would have to be something else than ${value.en}`, `${source} 需要不是 ${value.zh}`)
}

function bothShown(value: Value): Text {
  return text(show(value, 'en'), show(value, 'zh'))
}
