import {
  type Caller,
  CloudsteadError,
  type DocumentObject,
  type DocumentValue,
  isDocumentObject,
} from '@cloudstead/protocol'
import { compareValues } from './compare.ts'
import { compileElementTest } from './matcher.ts'
import { parsePath, reach } from './paths.ts'
import { checkCriteria } from './query-check.ts'
import type { RequestBudget } from './request-budget.ts'
import { type Slot, slotAt } from './slot.ts'
import { ValueSet } from './value-set.ts'

/** Changes the value at the location of a path. */
export type Change = (slot: Slot, root: DocumentObject) => void

/** An update operator. Its operand is decoded; the values of `stored` are checked before it is compiled. */
export interface UpdateOperator {
  /** Whether objects that are missing on the way to the location are created. */
  readonly creates: boolean
  /** The values in the operand that are stored and therefore must be storable. */
  stored(operand: DocumentValue): readonly DocumentValue[]
  /** @throws CloudsteadError INVALID_PARAM for operands of the wrong type */
  compile(path: string, operand: DocumentValue, options: UpdateOptions): Change
}

export interface UpdateOptions {
  readonly caller: Caller
  /** Of the request. */
  readonly budget: RequestBudget
}

function invalid(en: string, zh: string): CloudsteadError {
  return new CloudsteadError('INVALID_PARAM', { en, zh })
}

function failed(en: string, zh: string): CloudsteadError {
  return new CloudsteadError('DATABASE_REQUEST_FAILED', { en, zh })
}

function numeric(name: string, compute: (before: number | undefined, operand: number) => number): UpdateOperator {
  return {
    creates: true,
    stored: () => [],
    compile: (path, operand) => {
      if (typeof operand !== 'number')
        throw invalid(`${name} of '${path}' needs a number`, `'${path}' 的 ${name} 需要数字`)
      return (slot) => {
        const before = slot.get()
        if (before !== undefined && typeof before !== 'number')
          throw failed(`${name}: '${path}' is not a number`, `${name}：'${path}' 不是数字`)
        slot.set(compute(before, operand))
      }
    },
  }
}

function extreme(sign: 1 | -1): UpdateOperator {
  return {
    creates: true,
    stored: (operand) => [operand],
    compile:
      (_path, operand, { budget }) =>
      (slot) => {
        const before = slot.get()
        if (before === undefined || compareValues(operand, before, budget) * sign > 0) slot.set(operand)
      },
  }
}

const $set: UpdateOperator = {
  creates: true,
  stored: (operand) => [operand],
  compile: (_path, operand) => (slot) => slot.set(operand),
}

const $unset: UpdateOperator = {
  creates: false,
  stored: () => [],
  compile: () => (slot) => slot.unset(),
}

const $rename: UpdateOperator = {
  creates: false,
  stored: () => [],
  compile: (path, operand) => {
    if (typeof operand !== 'string')
      throw invalid(`$rename of '${path}' needs the new name`, `'${path}' 的 $rename 需要新名称`)
    const target = parsePath(operand)
    return (slot, root) => {
      const value = slot.get()
      if (value === undefined) return
      slot.unset()
      slotAt(root, target, true)?.set(value)
    }
  },
}

function bitwise(before: bigint, spec: DocumentObject): bigint {
  const { and, or, xor } = spec as Readonly<Record<string, number | undefined>>
  if (and !== undefined) return before & BigInt(and)
  return or !== undefined ? before | BigInt(or) : before ^ BigInt(xor ?? 0)
}

const $bit: UpdateOperator = {
  creates: true,
  stored: () => [],
  compile: (path, operand) => {
    const entries = isDocumentObject(operand) ? Object.entries(operand) : []
    const [name, value] = entries[0] ?? []
    if (entries.length !== 1 || !['and', 'or', 'xor'].includes(name ?? '') || !Number.isSafeInteger(value)) {
      throw invalid(
        `$bit of '${path}' needs { and | or | xor: whole number }`,
        `'${path}' 的 $bit 需要 { and | or | xor: 整数 }`,
      )
    }
    return (slot) => {
      const before = slot.get() ?? 0
      if (typeof before !== 'number' || !Number.isSafeInteger(before)) {
        throw failed(`$bit: '${path}' is not a whole number`, `$bit：'${path}' 不是整数`)
      }
      slot.set(Number(bitwise(BigInt(before), operand as DocumentObject)))
    }
  },
}

/** The array at a location; undefined when there is no value. */
function arrayAt(slot: Slot, name: string, path: string): DocumentValue[] | undefined {
  const value = slot.get()
  if (value !== undefined && !Array.isArray(value))
    throw failed(`${name}: '${path}' is not an array`, `${name}：'${path}' 不是数组`)
  return value as DocumentValue[] | undefined
}

/** The values of `{ $each: [...] }`, or the operand itself as one value. */
function eachOf(
  name: string,
  path: string,
  operand: DocumentValue,
  modifiers: readonly string[],
): readonly DocumentValue[] {
  if (!isDocumentObject(operand) || !('$each' in operand)) return [operand]
  const each = operand.$each
  const unknown = Object.keys(operand).find((key) => key !== '$each' && !modifiers.includes(key))
  if (!Array.isArray(each) || unknown !== undefined)
    throw invalid(`${name} of '${path}' has a malformed $each`, `'${path}' 的 ${name} 中 $each 格式错误`)
  return each as readonly DocumentValue[]
}

/** Sorts the elements of an array: `1`, `-1` or `{ field: 1 | -1 }`. */
type ElementSort = (items: readonly DocumentValue[]) => readonly DocumentValue[]

function elementSort(path: string, spec: DocumentValue, budget: RequestBudget): ElementSort {
  if (spec === 1 || spec === -1) {
    return (items) =>
      items.toSorted((a, b) => {
        budget.spend(1)
        return compareValues(a, b, budget) * spec
      })
  }
  const entries = isDocumentObject(spec) ? Object.entries(spec) : []
  if (entries.length === 0 || !entries.every(([, direction]) => direction === 1 || direction === -1)) {
    throw invalid(
      `$push of '${path}': $sort needs 1, -1 or { field: 1 | -1 }`,
      `'${path}' 的 $push：$sort 需要 1、-1 或 { 字段: 1 | -1 }`,
    )
  }
  if (entries.length > MAX_SORT_FIELDS) {
    throw invalid(
      `$push of '${path}': $sort may have at most ${MAX_SORT_FIELDS} fields`,
      `'${path}' 的 $push：$sort 最多 ${MAX_SORT_FIELDS} 个字段`,
    )
  }
  const fields = entries.map(([name]) => parsePath(name))
  const directions = entries.map(([, direction]) => direction as number)
  const keysOf = (item: DocumentValue) =>
    fields.map((parts) => {
      budget.spend(1)
      return isDocumentObject(item) ? reach(item, parts, budget)[0] : undefined
    })
  const compare = (a: readonly (DocumentValue | undefined)[], b: readonly (DocumentValue | undefined)[]) => {
    for (const [at, direction] of directions.entries()) {
      budget.spend(1)
      const order = compareValues(a[at], b[at], budget)
      if (order !== 0) return order * direction
    }
    return 0
  }
  return (items) => {
    const sorted = items.map((item) => ({ item, keys: keysOf(item) })).sort((a, b) => compare(a.keys, b.keys))
    return sorted.map(({ item }) => item)
  }
}

const $push: UpdateOperator = {
  creates: true,
  stored: (operand) => eachOf('$push', '', operand, PUSH_MODIFIERS),
  compile: (path, operand, { budget }) => {
    const values = eachOf('$push', path, operand, PUSH_MODIFIERS)
    const modifiers = isDocumentObject(operand) && '$each' in operand ? operand : {}
    const { $position: position, $slice: slice, $sort: sort } = modifiers
    for (const number of [position, slice]) {
      if (number !== undefined && !Number.isInteger(number))
        throw invalid(`$push of '${path}' needs whole numbers`, `'${path}' 的 $push 需要整数`)
    }
    const sorted = sort === undefined ? undefined : elementSort(path, sort, budget)
    return (slot) => {
      const before = arrayAt(slot, '$push', path) ?? []
      const at = (position as number | undefined) ?? before.length
      const pushed = [...before.slice(0, at), ...values, ...before.slice(at)]
      const items = sorted === undefined ? pushed : sorted(pushed)
      const count = slice as number | undefined
      slot.set(count === undefined ? items : count < 0 ? items.slice(count) : items.slice(0, count))
    }
  },
}

/** Fields of one `$sort`, as of the order of a query. */
const MAX_SORT_FIELDS = 32
const PUSH_MODIFIERS = ['$position', '$slice', '$sort']

const $addToSet: UpdateOperator = {
  creates: true,
  stored: (operand) => eachOf('$addToSet', '', operand, []),
  compile: (path, operand, { budget }) => {
    const values = eachOf('$addToSet', path, operand, [])
    return (slot) => {
      const items = (arrayAt(slot, '$addToSet', path) ?? []).slice()
      const present = new ValueSet(budget, items)
      for (const value of values) {
        if (present.has(value)) continue
        present.add(value)
        items.push(value)
      }
      slot.set(items)
    }
  },
}

const $pop: UpdateOperator = {
  creates: false,
  stored: () => [],
  compile: (path, operand) => {
    if (operand !== 1 && operand !== -1)
      throw invalid(`$pop of '${path}' needs 1 or -1`, `'${path}' 的 $pop 需要 1 或 -1`)
    return (slot) => {
      const items = arrayAt(slot, '$pop', path)
      if (items !== undefined) slot.set(operand === 1 ? items.slice(0, -1) : items.slice(1))
    }
  },
}

type Filter = (items: readonly DocumentValue[]) => DocumentValue[]

function removing(name: string, path: string, keep: Filter): Change {
  return (slot) => {
    const items = arrayAt(slot, name, path)
    if (items !== undefined) slot.set(keep(items))
  }
}

const $pull: UpdateOperator = {
  creates: false,
  stored: () => [],
  compile: (path, operand, { caller, budget }) => {
    // A plain value is compared with whole elements; an object has conditions on an element or on its fields.
    const criteria = isDocumentObject(operand) ? operand : { [operand instanceof RegExp ? '$regex' : '$eq']: operand }
    const matches = compileElementTest(checkCriteria(criteria, caller), budget)
    return removing('$pull', path, (items) => items.filter((item) => !matches(item)))
  },
}

const $pullAll: UpdateOperator = {
  creates: false,
  stored: () => [],
  compile: (path, operand, { budget }) => {
    if (!Array.isArray(operand)) throw invalid(`$pullAll of '${path}' needs an array`, `'${path}' 的 $pullAll 需要数组`)
    const values = new ValueSet(budget, operand as readonly DocumentValue[])
    return removing('$pullAll', path, (items) => items.filter((item) => !values.has(item)))
  },
}

/** Every operator that an update may have. */
export const UPDATE_OPERATORS: Readonly<Record<string, UpdateOperator>> = {
  $set,
  $unset,
  $inc: numeric('$inc', (before, operand) => (before ?? 0) + operand),
  $mul: numeric('$mul', (before, operand) => (before === undefined ? 0 : before * operand)),
  $min: extreme(-1),
  $max: extreme(1),
  $rename,
  $bit,
  $push,
  $pop,
  $pull,
  $pullAll,
  $addToSet,
}
