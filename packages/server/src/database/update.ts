import { type Caller, CloudsteadError, type DocumentObject, isDocumentObject } from '@cloudstead/protocol'
import { own, parsePath } from './paths.ts'
import { slotAt } from './slot.ts'
import { type Change, UPDATE_OPERATORS, type UpdateOptions } from './update-operators.ts'
import { elementFinder, type FindElement, isPositional, parseUpdatePath, slotsAt } from './update-paths.ts'
import { checkOwnerField, checkStorable } from './write-checks.ts'

/** A compiled update, which changes a document in place. */
export type Update = (document: DocumentObject) => void

interface Step {
  readonly parts: readonly string[]
  /** Whether the path has `$` or `$[]`, and how to find the element of `$`. */
  readonly positional: boolean
  readonly find: FindElement | undefined
  readonly creates: boolean
  readonly change: Change
}

/** @throws CloudsteadError unless the caller may change the value at the path */
function checkTarget(caller: Caller, path: string): void {
  if (path === '_id' || path.startsWith('_id.'))
    throw new CloudsteadError('INVALID_PARAM', { en: '_id cannot be changed', zh: '_id 不能修改' })
  checkOwnerField(caller, path)
}

/** Two operators must not change the same path, nor one a path below the other's: the result would depend on their order. */
function checkConflicts(paths: readonly string[]): void {
  const sorted = [...paths].sort()
  for (const [at, path] of sorted.entries()) {
    const next = sorted.slice(at + 1).find((other) => other === path || other.startsWith(`${path}.`))
    if (next !== undefined)
      throw new CloudsteadError('INVALID_PARAM', {
        en: `the update changes both '${path}' and '${next}'`,
        zh: `更新同时修改了 '${path}' 和 '${next}'`,
      })
  }
}

/** Fields of one update. The check for conflicts takes quadratic time. */
const MAX_UPDATE_PATHS = 1000

/**
 * Checks and compiles an update that consists of operators, such as `{ $set: { 'a.b': 1 }, $inc: { n: 1 } }`. Undefined
 * for an update without operators, which changes nothing.
 *
 * @param options `query`: the checked query, by which `$` in a path finds an element
 * @throws CloudsteadError DATABASE_INVALID_OPERRATOR for unknown operators, INVALID_PARAM for malformed operands, for
 *   `_id` and for conflicting paths, DATABASE_PERMISSION_DENIED when a user names `_openid`
 */
export function compileUpdate(
  update: DocumentObject,
  options: UpdateOptions & { readonly query: DocumentObject },
): Update | undefined {
  const { caller, budget, query } = options
  const steps: Step[] = []
  const paths: string[] = []
  for (const [name, fields] of Object.entries(update)) {
    const operator = own(UPDATE_OPERATORS, name)
    if (operator === undefined) {
      throw new CloudsteadError('DATABASE_INVALID_OPERRATOR', {
        en: `the update operator '${name}' is not supported here`,
        zh: `不支持更新操作符 '${name}'`,
      })
    }
    if (!isDocumentObject(fields))
      throw new CloudsteadError('INVALID_PARAM', {
        en: `${name} needs an object of fields`,
        zh: `${name} 需要由字段组成的对象`,
      })
    for (const [path, operand] of Object.entries(fields)) {
      checkTarget(caller, path)
      if (name === '$rename' && typeof operand === 'string') {
        checkTarget(caller, operand)
        paths.push(operand)
      }
      paths.push(path)
      if (paths.length > MAX_UPDATE_PATHS) {
        throw new CloudsteadError('INVALID_PARAM', {
          en: `an update may change at most ${MAX_UPDATE_PATHS} fields`,
          zh: `一次更新最多修改 ${MAX_UPDATE_PATHS} 个字段`,
        })
      }
      for (const value of operator.stored(operand)) checkStorable(value)
      const change = operator.compile(path, operand, options)
      // As in MongoDB, a field of elements cannot be renamed.
      const parts = name === '$rename' ? parsePath(path) : parseUpdatePath(path)
      const find = parts.includes('$') ? elementFinder(parts, query, budget) : undefined
      steps.push({ parts, positional: isPositional(path), find, creates: operator.creates, change })
    }
  }
  checkConflicts(paths)
  if (steps.length === 0) return undefined
  return (document) => {
    // Found before the first change, which may move the element.
    const elements = steps.map(({ find }) => find?.(document))
    for (const [at, { parts, positional, creates, change }] of steps.entries()) {
      if (positional) {
        for (const slot of slotsAt(document, parts, creates, () => elements[at], budget)) change(slot, document)
        continue
      }
      const slot = slotAt(document, parts, creates)
      if (slot !== undefined) change(slot, document)
    }
  }
}
