import { type DocumentValue, isDocumentObject } from '@cloudstead/protocol'
import type { RequestBudget } from './request-budget.ts'

/**
 * A set of values, compared as in queries and updates: strings, numbers and booleans as they are, other values by a text
 * that is the same for equal ones. So a look-up takes the time of reading the value once. A missing value counts as null.
 */
export class ValueSet {
  readonly #simple = new Set<DocumentValue | undefined>()
  readonly #others = new Set<string>()
  readonly #budget: RequestBudget

  constructor(budget: RequestBudget, values: readonly DocumentValue[] = []) {
    this.#budget = budget
    for (const value of values) this.add(value)
  }

  has(value: DocumentValue | undefined): boolean {
    if (isSimple(value)) return this.#simple.has(value)
    return this.#others.size > 0 && this.#others.has(this.#key(value))
  }

  add(value: DocumentValue): void {
    if (isSimple(value)) this.#simple.add(value)
    else this.#others.add(this.#key(value))
  }

  #key(value: DocumentValue | undefined): string {
    const key = canonicalText(value)
    this.#budget.spend(KEY_COST + key.length / CHARACTERS_PER_COST)
    return key
  }
}

const KEY_COST = 10
const CHARACTERS_PER_COST = 4

function isSimple(value: DocumentValue | undefined): boolean {
  return typeof value !== 'object' && value !== undefined
}

/** A text that two values have in common exactly when `sameValue` holds. */
function canonicalText(value: DocumentValue | undefined): string {
  switch (typeof value) {
    case 'number':
      // Adding 0 makes -0 into 0.
      return String(value + 0)
    case 'string':
      return JSON.stringify(value)
    case 'boolean':
      return String(value)
    case 'object':
      if (value === null) return 'null'
      if (value instanceof Date) return `d${value.getTime()}`
      if (value instanceof RegExp) return `r${JSON.stringify([value.source, value.flags])}`
      if (Array.isArray(value)) return `[${(value as readonly DocumentValue[]).map(canonicalText).join()}]`
      if (isDocumentObject(value)) {
        const names = Object.keys(value).sort()
        return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name])}`).join()}}`
      }
  }
  return 'null'
}
