import { CloudsteadError, type DocumentValue, isDocumentObject, setOwn } from '@cloudstead/protocol'
import { isArrayIndex, own } from './paths.ts'

/** How far after its end an update may write into an array. The elements between become null. */
const MAX_ARRAY_PADDING = 1000

/** The location of a path in a document. It has own fields only: a name such as `constructor` reaches nothing else. */
export interface Slot {
  /** undefined when there is no value. */
  get(): DocumentValue | undefined
  set(value: DocumentValue): void
  /** Removes a field. An element of an array becomes null, as in MongoDB. */
  unset(): void
}

type Fields = Record<string, DocumentValue>

function inObject(fields: Fields, name: string): Slot {
  return {
    get: () => own(fields, name),
    set: (value) => setOwn(fields, name, value),
    unset: () => {
      delete fields[name]
    },
  }
}

function inArray(items: DocumentValue[], index: number, path: string): Slot {
  return {
    get: () => items[index],
    set: (value) => {
      if (index > items.length + MAX_ARRAY_PADDING) {
        throw new CloudsteadError('DATABASE_REQUEST_FAILED', {
          en: `'${path}' is too far after the end of its array`,
          zh: `'${path}' 超出数组末尾太远`,
        })
      }
      while (items.length < index) items.push(null)
      items[index] = value
    },
    unset: () => {
      if (index < items.length) items[index] = null
    },
  }
}

/**
 * Finds the location of a path. With `create`, objects that are missing on the way are created; without it, the result is
 * undefined when one is missing.
 *
 * @throws CloudsteadError DATABASE_REQUEST_FAILED with `create` when a value on the way is not an object
 */
export function slotAt(root: DocumentValue, parts: readonly string[], create: boolean): Slot | undefined {
  let value: DocumentValue = root
  const path = parts.join('.')
  for (const [at, part] of parts.entries()) {
    let slot: Slot
    if (isDocumentObject(value)) slot = inObject(value as Fields, part)
    else if (Array.isArray(value) && isArrayIndex(part)) slot = inArray(value as DocumentValue[], Number(part), path)
    else if (create) {
      const there = parts.slice(0, at).join('.')
      throw new CloudsteadError('DATABASE_REQUEST_FAILED', {
        en: `'${path}' cannot be set: '${there}' is not an object`,
        zh: `无法设置 '${path}'：'${there}' 不是对象`,
      })
    } else return undefined
    if (at === parts.length - 1) return slot
    let next: DocumentValue | undefined = slot.get()
    if (next === undefined) {
      if (!create) return undefined
      next = {}
      slot.set(next)
    }
    value = next
  }
  return undefined
}
