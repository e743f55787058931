/**
 * Order-preserving keys: encodes values so that the unsigned byte order of the keys is the order in which MongoDB sorts
 * the values. Sorts, ranges and pages of any engine are then walks over byte strings.
 *
 * Layout, per component of a (compound) key: one byte for the type bracket, then a body whose end can be told from its
 * bytes. No encoded component is the beginning of another one, so components can simply follow each other, and a
 * descending component is the same bytes inverted.
 */

/** Stands in an index key for an array without elements, which MongoDB sorts before null. */
export const EMPTY_ARRAY: unique symbol = Symbol('empty array')

/** What can stand in an index key. `undefined` (missing) and `null` are one value, as they are for MongoDB's indexes. */
export type IndexValue =
  | typeof EMPTY_ARRAY
  | undefined
  | null
  | number
  | string
  | boolean
  | Date
  | RegExp
  | readonly IndexValue[]
  | { readonly [field: string]: IndexValue }

/** 1: ascending, -1: descending. */
export type Direction = 1 | -1

/** Type brackets in MongoDB's order. Room is left for the types between them, and for MinKey and MaxKey around them. */
const BRACKET = {
  empty: 0x08,
  null: 0x10,
  number: 0x20,
  string: 0x30,
  object: 0x40,
  array: 0x50,
  boolean: 0x80,
  date: 0x90,
  regex: 0xa0,
} as const

/** Ends objects and arrays; below every bracket, so that the shorter of two that begin alike comes first. */
const END = 0x00
/** A text ends with 00 01; a 00 inside it is written 00 ff, which is larger. */
const TEXT_END = 0x01
const TEXT_ZERO = 0xff

/** How deep objects and arrays may nest; MongoDB's own limit for documents. It also bounds our recursion. */
export const MAX_NESTING = 100

/**
 * The key of a value, or of several for a compound index. `directions` says per component which way it is sorted;
 * ascending where it says nothing.
 *
 * Order within a type: numbers by value with NaN first and -0 equal to 0; texts by their UTF-8 bytes; objects field by
 * field in the order they have (type, then name, then value); arrays element by element; false before true; dates by
 * time; regular expressions by source, then flags.
 *
 * Throws TypeError for a value that is none of IndexValue, and RangeError for one that nests too deep.
 *
 * @example
 * encodeKey(['alice', 3], [1, -1]) // sorts by name, and the largest number first within a name
 */
export function encodeKey(values: readonly IndexValue[], directions: readonly Direction[] = []): Uint8Array {
  const writer = new KeyWriter()
  values.forEach((value, at) => {
    const start = writer.length
    writeValue(writer, value, 0)
    if (directions[at] === -1) writer.invertFrom(start)
  })
  return writer.bytes()
}

/**
 * The key of a component that is a text with this beginning, cut off where the beginning ends: every text that begins so
 * has a key that begins so. For `textPrefixRange`.
 */
export function encodeTextPrefix(text: string, direction: Direction = 1): Uint8Array {
  const writer = new KeyWriter()
  writer.byte(BRACKET.string)
  writer.text(text)
  if (direction === -1) writer.invertFrom(0)
  return writer.bytes()
}

/** The one byte with which every key of the value's type begins. For ranges that stay within a type. */
export function encodeBracket(value: IndexValue, direction: Direction = 1): Uint8Array {
  const bracket = bracketOf(value)
  return Uint8Array.of(direction === -1 ? ~bracket : bracket)
}

function bracketOf(value: IndexValue): number {
  switch (typeof value) {
    case 'symbol':
      if (value === EMPTY_ARRAY) return BRACKET.empty
      break
    case 'undefined':
      return BRACKET.null
    case 'number':
      return BRACKET.number
    case 'string':
      return BRACKET.string
    case 'boolean':
      return BRACKET.boolean
    case 'object':
      if (value === null) return BRACKET.null
      if (Array.isArray(value)) return BRACKET.array
      if (value instanceof Date) return BRACKET.date
      if (value instanceof RegExp) return BRACKET.regex
      if (isPlain(value)) return BRACKET.object
  }
  throw new TypeError(`an index key cannot hold ${Object.prototype.toString.call(value)}`)
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function writeValue(writer: KeyWriter, value: IndexValue, depth: number): void {
  writer.byte(bracketOf(value))
  writeBody(writer, value, depth)
}

function writeBody(writer: KeyWriter, value: IndexValue, depth: number): void {
  if (value === undefined || value === null || value === EMPTY_ARRAY) return
  if (typeof value === 'number') writer.number(value)
  else if (typeof value === 'string') writer.endedText(value)
  else if (typeof value === 'boolean') writer.byte(value ? 1 : 0)
  else if (value instanceof Date) writer.number(value.getTime())
  else if (value instanceof RegExp) {
    writer.endedText(value.source)
    writer.endedText(value.flags)
  } else {
    if (depth === MAX_NESTING) throw new RangeError(`an index key nests at most ${MAX_NESTING} deep`)
    if (isList(value)) for (const element of value) writeValue(writer, element, depth + 1)
    else writeFields(writer, value, depth + 1)
    writer.byte(END)
  }
}

function writeFields(writer: KeyWriter, object: { readonly [field: string]: IndexValue }, depth: number): void {
  for (const field of Object.keys(object)) {
    const value = object[field]
    // MongoDB compares the types of two fields before their names.
    writer.byte(bracketOf(value))
    writer.endedText(field)
    writeBody(writer, value, depth)
  }
}

/** Array.isArray does not narrow a readonly array. */
function isList(value: object): value is readonly IndexValue[] {
  return Array.isArray(value)
}

/** Where keys are written before their length is known. No key is written while another one is. */
const scratch = Buffer.allocUnsafeSlow(1024)
const DOUBLE_BYTES = 8
/** A UTF-16 code unit takes at most three bytes of UTF-8. */
const MAX_BYTES_PER_UNIT = 3

/** Bytes that grow as they are written. */
class KeyWriter {
  #bytes: Buffer = scratch
  length = 0

  bytes(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.length))
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.length++] = value
  }

  /** Eight bytes; NaN is all zeros, below -Infinity. */
  number(value: number): void {
    this.#reserve(DOUBLE_BYTES)
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.length, DOUBLE_BYTES)
    this.length += DOUBLE_BYTES
    if (Number.isNaN(value)) {
      view.setBigUint64(0, 0n)
      return
    }
    // Adding 0 makes -0 into 0.
    view.setFloat64(0, value + 0)
    // Doubles order as sign and magnitude: set the sign of positive ones, invert negative ones as a whole.
    if (value < 0) this.invertFrom(this.length - DOUBLE_BYTES)
    else view.setUint8(0, view.getUint8(0) | 0x80)
  }

  /** UTF-8 with zeros escaped; a lone surrogate counts as U+FFFD. */
  text(value: string): void {
    let rest = value
    for (let zero = rest.indexOf('\0'); zero !== -1; zero = rest.indexOf('\0')) {
      this.#utf8(rest.slice(0, zero))
      this.byte(0)
      this.byte(TEXT_ZERO)
      rest = rest.slice(zero + 1)
    }
    this.#utf8(rest)
  }

  endedText(value: string): void {
    this.text(value)
    this.byte(0)
    this.byte(TEXT_END)
  }

  invertFrom(start: number): void {
    for (let at = start; at < this.length; at++) this.#bytes[at] = ~(this.#bytes[at] ?? 0)
  }

  #utf8(value: string): void {
    this.#reserve(value.length * MAX_BYTES_PER_UNIT)
    this.length += this.#bytes.write(value, this.length)
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.length + more))
    this.#bytes.copy(larger, 0, 0, this.length)
    this.#bytes = larger
  }
}
