import { ComparableValue, EvaluationError, isMissing, own, type Value } from '../language/values.ts'
import { type Language, type Text, text } from '../text.ts'
import { type DocumentData, isFields } from './context.ts'

/**
 * A field that a request changes without a new value that rules can see: changed by an operator such as `$inc` or `$unset`,
 * set to null or a RegExp, or omitted from an object that is replaced. The field is present, so `request.data.x == null` is
 * false. Any other comparison with it is an error and denies.
 */
export class ChangedField extends ComparableValue {
  readonly #by: Text

  constructor(by: Text) {
    super()
    this.#by = by
  }

  equals(): boolean {
    throw new EvaluationError(
      text(`its new value is not in the request (${this.#by.en})`, `请求中没有它的新值（${this.#by.zh}）`),
    )
  }

  override member(): Value {
    return this
  }

  show(language: Language): string {
    return this.#by[language]
  }

  relation(_other: Value, language: Language): string {
    return this.#by[language]
  }

  asIdPart(): string {
    return String(this.equals())
  }

  override get typeName(): Text {
    return text(`a field that is ${this.#by.en}`, `${this.#by.zh}的字段`)
  }
}

/** `request.data` of a `create`: the document that the request contains. */
export function createdData(document: DocumentData): DocumentData {
  return newFields(document, undefined)
}

const RENAMED = text('changed by $rename', '由 $rename 修改')
const LEFT_OUT = text('removed by the replacement', '被替换操作删除')
const TO_NULL = text('set to null', '被设为 null')
const NO_VALUE = text('set to a value that rules do not support', '被设为规则不认识的值')
/** Two operators on one field; their result is not known here. */
const TWICE = text('changed twice', '被修改了两次')

/**
 * `request.data` of an update: the new values by field name, with dotted paths as nested objects. A field that an operator
 * other than `$set` changes, or that `$set` removes or sets to null, becomes a {@link ChangedField}.
 *
 * @param update operators, such as `{ $set: { 'a.b': 1 }, $inc: { n: 1 } }`
 * @param stored the document that would be updated; without it, the fields that `$set` removes are not known
 */
export function updatedData(update: DocumentData, stored?: DocumentData): DocumentData {
  const changes = new Changes()
  for (const [operator, fields] of Object.entries(update)) {
    if (typeof fields !== 'object' || fields === null) continue
    for (const [path, value] of Object.entries(fields)) {
      const array = arrayOf(path)
      if (array !== undefined) changes.put(array, new ChangedField(text('changed in elements', '部分元素被修改')))
      else if (operator === '$set') changes.put(path, newValue(value, formerAt(stored, path)))
      else changes.put(path, new ChangedField(text(`changed by ${operator}`, `由 ${operator} 修改`)))
      if (operator === '$rename' && typeof value === 'string') changes.put(value, new ChangedField(RENAMED))
    }
  }
  return changes.data
}

/** The array of which a path changes elements by `$`, `$[]` or `$[name]`. */
function arrayOf(path: string): string | undefined {
  const at = path.indexOf('.$')
  return at === -1 ? undefined : path.slice(0, at)
}

/**
 * `request.data` of a replacement: the new document, with a {@link ChangedField} for each field of the stored document that
 * it removes, also in nested objects.
 *
 * @param stored the document that would be replaced
 */
export function replacedData(document: DocumentData, stored: DocumentData): DocumentData {
  const { _id, _openid, ...kept } = stored
  return newFields(document, kept)
}

/** Stands for a stored value that is not known. */
const UNSEEN: unique symbol = Symbol('unseen')

function formerAt(stored: DocumentData | undefined, path: string): unknown {
  return stored === undefined ? UNSEEN : path.split('.').reduce(memberOf, stored as unknown)
}

function memberOf(former: unknown, name: string): unknown {
  if (former === UNSEEN) return UNSEEN
  return typeof former === 'object' && former !== null ? own(former, name) : undefined
}

/** What rules see of a new value that replaces a former one. */
function newValue(value: unknown, former: unknown): unknown {
  if (value === null) return former !== UNSEEN && isMissing(former) ? null : new ChangedField(TO_NULL)
  if (value instanceof RegExp) return new ChangedField(NO_VALUE)
  if (isFields(value)) return newFields(value, former)
  return isFields(former) ? new ChangedField(LEFT_OUT) : value
}

function newFields(fields: DocumentData, former: unknown): DocumentData {
  const data: Fields = Object.create(null)
  for (const [name, value] of Object.entries(fields)) data[name] = newValue(value, memberOf(former, name))
  if (isFields(former)) {
    for (const name of Object.keys(former)) if (!(name in data)) data[name] = new ChangedField(LEFT_OUT)
  }
  return data
}

/** Objects without a prototype, so that no name has a special meaning. */
type Fields = Record<string, unknown>

/** Collects the new values of an update. */
class Changes {
  readonly data: Fields = Object.create(null)
  /** Objects made for dotted paths. Data of the request is never modified. */
  readonly #inner = new WeakSet<object>()

  put(path: string, value: unknown): void {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let fields = this.data
    for (const name of names) {
      const there = fields[name]
      if (there !== undefined && !this.#isInner(there)) {
        fields[name] = new ChangedField(TWICE)
        return
      }
      const next: Fields = there ?? Object.create(null)
      this.#inner.add(next)
      fields[name] = next
      fields = next
    }
    fields[last] = last in fields ? new ChangedField(TWICE) : value
  }

  #isInner(value: unknown): value is Fields {
    return typeof value === 'object' && value !== null && this.#inner.has(value)
  }
}
