import type { DocumentValue } from '@cloudstead/protocol'
import { sameValue } from './compare.ts'

/**
 * A set of values as queries and updates compare them. Texts, numbers and flags are looked up; dates and what is made of
 * parts are compared one by one. A missing value counts as null.
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
