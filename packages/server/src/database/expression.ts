import { createRequire } from 'node:module'
import type { DocumentObject, DocumentValue } from '@cloudstead/protocol'
import { isDocumentObject } from '@cloudstead/protocol'
import type { Context } from 'mingo/core'
import type { Options } from 'mingo/types'
import { sizeOf } from './document-size.ts'
import { EXPRESSIONS } from './expression-check.ts'
import { parsePath, reach } from './paths.ts'
import type { Test } from './query-operators.ts'
import type { RequestBudget } from './request-budget.ts'

/** Cost of one part of an expression. */
const PART_COST = 10
/** Bytes of arrays and texts that an expression reads, for one unit of cost at each level of the expression. */
const BYTES_PER_COST = 4

interface Mingo {
  readonly $expr: typeof import('mingo/operators/query/evaluation').$expr
  readonly options: Options
}

let loaded: Mingo | undefined

/**
 * Mingo's expressions, without those that run code. An expression on the wrong type gives null, not an error. They are 200
 * modules, so they are loaded for the first `$expr`.
 */
function mingo(): Mingo {
  if (loaded !== undefined) return loaded
  const require = createRequire(import.meta.url)
  const { Context } = require('mingo/core') as typeof import('mingo/core')
  const expressions = require('mingo/operators/expression') as typeof import('mingo/operators/expression')
  const { $expr } = require('mingo/operators/query/evaluation') as typeof import('mingo/operators/query/evaluation')
  const allowed = Object.entries(expressions).filter(([name]) => EXPRESSIONS.has(name))
  const context = Context.init({ expression: Object.fromEntries(allowed) as ExpressionOps })
  const options = { context, scriptEnabled: false, failOnError: false, useStrictMode: true } as Options
  loaded = { $expr, options }
  return loaded
}

type ExpressionOps = NonNullable<NonNullable<Parameters<typeof Context.init>[0]>['expression']>

/** Compiles the operand of `$expr`, which `checkExpression` has accepted. */
export function expressionTest(expression: DocumentValue, budget: RequestBudget): Test {
  const { $expr, options } = mingo()
  const test = $expr('', expression as Parameters<typeof $expr>[1], options)
  const { parts, depth, paths } = shapeOfExpression(expression)
  return (document) => {
    budget.spend(PART_COST * parts + (depth * bytesRead(document, paths, budget)) / BYTES_PER_COST)
    try {
      return test(document)
    } catch {
      // An expression that fails on one document must not fail the query for all others.
      return false
    }
  }
}

/** Bytes of the arrays, objects and texts that the paths reach. Numbers and the like count nothing. */
function bytesRead(document: DocumentObject, paths: readonly (readonly string[])[], budget: RequestBudget): number {
  let bytes = 0
  for (const path of paths) {
    for (const value of path.length === 0 ? [document] : reach(document, path, budget)) {
      if (typeof value === 'string') bytes += value.length
      else if (typeof value === 'object' && value !== null) bytes += sizeOf(value)
    }
  }
  return bytes
}

interface ExpressionShape {
  readonly parts: number
  readonly depth: number
  /** The paths that the expression reads; an empty one stands for the whole document. */
  readonly paths: readonly (readonly string[])[]
}

function shapeOfExpression(expression: DocumentValue): ExpressionShape {
  let parts = 0
  let deepest = 0
  const paths: (readonly string[])[] = []
  const visit = (value: DocumentValue, depth: number): void => {
    parts += 1
    deepest = Math.max(deepest, depth)
    if (typeof value === 'string' && value.startsWith('$')) paths.push(pathOf(value))
    else if (Array.isArray(value)) for (const item of value as readonly DocumentValue[]) visit(item, depth + 1)
    else if (isDocumentObject(value)) for (const item of Object.values(value)) visit(item, depth + 1)
  }
  visit(expression, 1)
  return { parts, depth: deepest, paths }
}

function pathOf(text: string): readonly string[] {
  if (!text.startsWith('$$')) return parsePath(text.slice(1))
  const [, ...rest] = text.split('.')
  return rest
}
