import { type DocumentData, isFields } from './context.ts'

/**
 * The conditions of a query that every matching document satisfies: its own and those of its `$and`, at any depth. Conditions
 * in a `$or` or another operator stay inside their operator.
 *
 * @returns pairs of a path or an operator with its condition, in order; the same path can occur more than once
 * @example conjuncts({ a: 1, $and: [{ a: 2 }, { $or: [{ b: 1 }] }] }) // [['a', 1], ['a', 2], ['$or', [{ b: 1 }]]]
 */
export function conjuncts<V>(query: Readonly<Record<string, V>>): readonly (readonly [name: string, condition: V])[] {
  const found: (readonly [string, V])[] = []
  const collect = (part: Readonly<Record<string, V>>): void => {
    for (const [name, condition] of Object.entries(part)) {
      if (name !== '$and') found.push([name, condition])
      else if (Array.isArray(condition))
        for (const inner of condition) if (isFields(inner)) collect(inner as typeof query)
    }
  }
  collect(query)
  return found
}

/** Whether a condition consists of operators, as in `{ $gt: 1 }`; otherwise it is a value to equal. */
export function hasOperators(condition: unknown): condition is DocumentData {
  return isFields(condition) && Object.keys(condition).some((name) => name.startsWith('$'))
}

/** The value that a condition requires: the condition itself or its `$eq`; undefined for other operators and for patterns. */
export function fixedValue<V>(condition: V): V | undefined {
  if (hasOperators(condition)) return (condition as Readonly<Record<string, V>>).$eq
  return condition instanceof RegExp ? undefined : condition
}

/** The `_id` of the only document that a query can match; undefined when the query does not fix it. */
export function fixedId(query: DocumentData): string | number | undefined {
  for (const [path, condition] of conjuncts(query)) {
    const id = path === '_id' ? fixedValue(condition) : undefined
    if (typeof id === 'string' || typeof id === 'number') return id
  }
  return undefined
}
