import type { DocumentValue } from '@cloudstead/protocol'
import { sameValue } from './compare.ts'

/**
 * A set of values, compared as in queries and updates. Strings, numbers and booleans are looked up; dates, arrays and
 * objects are compared one by one. A missing value counts as null.
 */
export class ValueSet {
  readonly #simple = new Set<DocumentValue | undefined>()
  readonly #others: DocumentValue[] = []

  constructor(values: readonly DocumentValue[] = []) {
    for (const value of values) this.add(value)
  }

  has(value: DocumentValue | undefined): boolean {
    if (isSimple(value)) return this.#simple.has(value)
    return this.#others.some((other) => sameValue(other, value))
  }

  add(value: DocumentValue): void {
    if (isSimple(value)) this.#simple.add(value)
    else this.#others.push(value)
  }
}

function isSimple(value: DocumentValue | undefined): boolean {
  return typeof value !== 'object' && value !== undefined
}
