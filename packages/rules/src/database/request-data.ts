import { ComparableValue, EvaluationError, type Value } from '../language/values.ts'
import { type Language, type Text, text } from '../text.ts'
import type { DocumentData } from './context.ts'

/**
 * A field that a request changes in a way that names no new value: `$inc`, `$unset`, or left out where a document is
 * replaced. It is there, so `request.data.x == null` does not hold, and every other comparison with it denies.
 */
export class ChangedField extends ComparableValue {
  private readonly by: Text

  constructor(by: Text) {
    super()
    this.by = by
  }

  equals(): boolean {
    throw new EvaluationError(
      text(`its new value is not in the request (${this.by.en})`, `请求中没有它的新值（${this.by.zh}）`),
    )
  }

  override member(): Value {
    return this
  }

  show(): string {
    return this.by.en
  }

  relation(_other: Value, language: Language): string {
    return this.by[language]
  }

  text(): string {
    return String(this.equals())
  }

  override get typeName(): Text {
    return text(`a field that is ${this.by.en}`, `${this.by.zh}的字段`)
  }
}

/** `request.data` of a `create`: the document as it was sent. */
export function createdData(document: DocumentData): DocumentData {
  return document
}

/**
 * `request.data` of an update: the new values by name, dotted paths as objects in each other. A field that an operator
 * other than `$set` changes is there without a value.
 *
 * @param update operators, as `{ $set: { 'a.b': 1 }, $inc: { n: 1 } }`
 */
export function updatedData(update: DocumentData): DocumentData {
  const data: Fields = Object.create(null)
  for (const [operator, fields] of Object.entries(update)) {
    if (typeof fields !== 'object' || fields === null) continue
    for (const [path, value] of Object.entries(fields)) {
      if (operator === '$set') put(data, path, value)
      else put(data, path, new ChangedField(text(`changed by ${operator}`, `由 ${operator} 修改`)))
      if (operator === '$rename' && typeof value === 'string') put(data, value, new ChangedField(RENAMED))
    }
  }
  return data
}

const RENAMED = text('changed by $rename', '由 $rename 修改')
const LEFT_OUT = text('removed by the replacement', '被替换操作删除')
/** Two operators on one place: what comes of it is not known here. */
const TWICE = text('changed twice', '被修改了两次')

/**
 * `request.data` of a replacement: the new document, and the fields of the stored one that would be gone.
 *
 * @param stored the document that would be replaced
 */
export function replacedData(document: DocumentData, stored: DocumentData): DocumentData {
  const data: Fields = Object.create(null)
  for (const [name, value] of Object.entries(document)) data[name] = value
  for (const name of Object.keys(stored)) {
    if (name !== '_id' && name !== '_openid' && !(name in data)) data[name] = new ChangedField(LEFT_OUT)
  }
  return data
}

type Fields = Record<string, unknown>

/** Objects that stand for the inner part of a dotted path; data that was sent is never changed. */
const inner = new WeakSet<object>()

function put(data: Fields, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop() ?? ''
  let fields = data
  for (const name of names) {
    const there = fields[name]
    if (there !== undefined && !(typeof there === 'object' && there !== null && inner.has(there))) {
      fields[name] = new ChangedField(TWICE)
      return
    }
    const next: Fields = (there as Fields | undefined) ?? Object.create(null)
    inner.add(next)
    fields[name] = next
    fields = next
  }
  fields[last] = last in fields ? new ChangedField(TWICE) : value
}
