import { WxFailure } from '../../../src/shared/failure.ts'
import type { TextEncoding } from '../../../src/shared/file-system-types.ts'

interface Codec {
  decode: (bytes: Uint8Array) => string
  encode: (text: string) => Uint8Array<ArrayBuffer>
}

const UTF8: Codec = {
  decode: (bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
  encode: (text) => new TextEncoder().encode(text),
}
const LATIN1: Codec = {
  decode: (bytes) => charactersOf(bytes, (byte) => byte),
  encode: (text) => Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff),
}
const ASCII: Codec = { ...LATIN1, decode: (bytes) => charactersOf(bytes, (byte) => byte & 0x7f) }
const UTF16: Codec = {
  decode: (bytes) => new TextDecoder('utf-16le', { ignoreBOM: true }).decode(bytes.subarray(0, bytes.length & ~1)),
  encode: (text) => {
    const bytes = new Uint8Array(text.length * 2)
    const view = new DataView(bytes.buffer)
    for (let index = 0; index < text.length; index += 1) view.setUint16(index * 2, text.charCodeAt(index), true)
    return bytes
  },
}
const HEX: Codec = {
  decode: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  encode: (text) => Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16)),
}
const BASE64: Codec = {
  decode: (bytes) => btoa(LATIN1.decode(bytes)),
  // As in Node: the URL-safe alphabet is accepted, and other characters are ignored.
  encode: (text) => {
    const clean = text
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .replace(/[^A-Za-z0-9+/]/g, '')
    return LATIN1.encode(atob(clean.length % 4 === 1 ? clean.slice(0, -1) : clean))
  },
}

const CODECS: Readonly<Record<TextEncoding, Codec>> = {
  ascii: ASCII,
  base64: BASE64,
  binary: LATIN1,
  latin1: LATIN1,
  hex: HEX,
  ucs2: UTF16,
  'ucs-2': UTF16,
  utf16le: UTF16,
  'utf-16le': UTF16,
  'utf-8': UTF8,
  utf8: UTF8,
}

/** The codec of `encoding`; fails for unknown ones. */
export function codec(encoding: TextEncoding): Codec {
  const known = Object.hasOwn(CODECS, encoding) ? CODECS[encoding] : undefined
  if (known === undefined) throw new WxFailure(`invalid encoding "${encoding}"`)
  return known
}

function charactersOf(bytes: Uint8Array, code: (byte: number) => number): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(code(byte))
  return text
}
