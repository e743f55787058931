import { refusal, unsupported } from './regex-refusal.ts'
import { CharacterSet, HORIZONTAL, POSIX_NAMES, SPACE, setText, VERTICAL } from './regex-sets.ts'

/** A regular expression for the RE2 engine. */
interface TranslatedRegex {
  readonly source: string
  /** Those of `i`, `m` and `s` that hold for the whole expression. */
  readonly flags: string
  /** About how many instructions it has: its characters and classes, as often as they are repeated. */
  readonly instructions: number
}

/** Flags of MongoDB and of JavaScript. `g`, `y`, `d`, `u` and `v` change nothing about whether a text matches. */
const FLAGS = /^[dgimsuvxy]*$/

/**
 * Translates a regular expression as MongoDB has it (PCRE over UTF-8) for RE2, which takes linear time. In the result
 * everything means what it means in PCRE; what RE2 cannot express is refused by its name. `\uXXXX`, which PCRE lacks, is
 * the character, as in JavaScript.
 *
 * @throws CloudsteadError INVALID_PARAM
 * @example translateRegex('^a\\h+$', 'i') // { source: '^a[\\t ...]+(?:\\n?\\z)', flags: 'i', ... }
 */
export function translateRegex(pattern: string, options: string): TranslatedRegex {
  if (!FLAGS.test(options))
    throw refusal(`the options ${JSON.stringify(options)} are not among i, m, s and x`, '选项只能是 i、m、s 和 x')
  const leading = /^\(\*[^)]*\)/.exec(pattern)?.[0]
  if (leading !== undefined) throw unsupported(leading)
  const has = (flag: string) => options.includes(flag)
  const translator = new Translator(pattern, { extended: has('x'), multiline: has('m') })
  const { source, instructions } = translator.translate()
  return { source, flags: ['i', 'm', 's'].filter(has).join(''), instructions }
}

interface Modes {
  /** `x`: white space and comments are ignored. */
  readonly extended: boolean
  /** `m`: `^` and `$` also match at line breaks. */
  readonly multiline: boolean
}

interface Group {
  readonly modes: Modes
  /** Instructions of what is before the group in the one around it. */
  readonly before: number
}

/** Escapes that RE2 reads as PCRE does. */
const SAME_ESCAPES = 'dDwW'
const ASSERTIONS = 'bBAz'
const CONTROLS: Readonly<Record<string, string>> = { a: '\\x{7}', e: '\\x{1b}', f: '\\f', n: '\\n', r: '\\r', t: '\\t' }
const REFUSED_ESCAPES: Readonly<Record<string, readonly [en: string, zh?: string]>> = {
  G: ['the position \\G', '位置 \\G'],
  K: ['\\K'],
  X: ['\\X'],
  C: ['\\C'],
  g: ['a back reference or a call (\\g)', '反向引用或调用 (\\g)'],
  k: ['a back reference (\\k)', '反向引用 (\\k)'],
}
const SETS: Readonly<Record<string, CharacterSet>> = {
  s: SPACE,
  S: SPACE.negated(),
  h: HORIZONTAL,
  H: HORIZONTAL.negated(),
  v: VERTICAL,
  V: VERTICAL.negated(),
  N: new CharacterSet([[10, 10]]).negated(),
}
const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})/
/** What can be a line break after `$`. */
const LINE_BREAK = /^\\[nRsvDWH]/
const MAX_REPEAT = 1000
const POSIX_CLASS = /^\[:(\^?)([a-z]+):\]/

class Translator {
  readonly #pattern: string
  #modes: Modes
  #at = 0
  #out = ''
  readonly #groups: Group[] = []
  #instructions = 0
  /** Instructions of the last item, which a quantifier multiplies; undefined when nothing can be repeated here. */
  #item: number | undefined

  constructor(pattern: string, modes: Modes) {
    this.#pattern = pattern
    this.#modes = modes
  }

  translate(): { readonly source: string; readonly instructions: number } {
    while (this.#at < this.#pattern.length) this.#next()
    if (this.#groups.length > 0) throw refusal('a ( has no )', '有 ( 没有对应的 )')
    return { source: this.#out, instructions: this.#instructions }
  }

  #next(): void {
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0)
    if (this.#modes.extended && this.#skipExtended(char)) return
    const quantifier = QUANTIFIER.exec(this.#rest())
    if (quantifier !== null) this.#quantify(quantifier)
    else if (char === '\\') this.#escape()
    else if (char === '[') this.#class()
    else if (char === '(') this.#open()
    else if (char === ')') this.#close()
    else if (char === '|') this.#branch()
    else if (char === '^') this.#zeroWidth('^', 1)
    else if (char === '$') this.#dollar()
    else if (char === '.') this.#single('.', 1)
    else this.#single(literal(char), char.length)
  }

  #rest(): string {
    return this.#pattern.slice(this.#at, this.#at + LOOK_AHEAD)
  }

  /** White space and comments of `x`. */
  #skipExtended(char: string): boolean {
    if (/[ \t\n\v\f\r]/.test(char)) {
      this.#at += 1
      return true
    }
    if (char !== '#') return false
    const end = this.#pattern.indexOf('\n', this.#at)
    this.#at = end === -1 ? this.#pattern.length : end + 1
    return true
  }

  /** One character or class. */
  #single(text: string, length: number): void {
    this.#out += text
    this.#at += length
    this.#instructions += 1
    this.#item = 1
  }

  #zeroWidth(text: string, length: number): void {
    this.#out += text
    this.#at += length
    this.#instructions += 1
    this.#item = undefined
  }

  #dollar(): void {
    if (this.#modes.multiline) this.#zeroWidth('$', 1)
    else this.#end(1)
  }

  /** The end of the text, or before the line break at its end. That line break is taken, so it cannot be asked for. */
  #end(length: number): void {
    this.#zeroWidth('(?:\\n?\\z)', length)
    const next = LINE_BREAK.exec(this.#rest())?.[0]
    if (next !== undefined) throw unsupported(`${next} after the end of the text`, `文本结尾之后的 ${next}`)
  }

  #quantify([text, from, comma, to]: RegExpExecArray): void {
    const item = this.#item
    if (item === undefined)
      throw refusal(`${JSON.stringify(text)} has nothing to repeat`, `${JSON.stringify(text)} 之前没有可重复的内容`)
    this.#at += text.length
    const next = this.#pattern[this.#at]
    if (next === '+') throw refusal(`possessive quantifiers (${text}+) are not supported`, `不支持占有量词 ${text}+`)
    const lazy = next === '?' ? '?' : ''
    this.#at += lazy.length
    const most = comma === undefined ? Number(from ?? 1) : Number(to || from)
    if (most > MAX_REPEAT || Number(from ?? 0) > MAX_REPEAT)
      throw refusal(`repetitions above ${MAX_REPEAT} are not supported`, `重复次数不能超过 ${MAX_REPEAT}`)
    // Each item once more for the loop of an open repetition.
    this.#instructions += item * Math.max(1, most) + 1
    this.#item = undefined
    // A group keeps `a{2}` and the like apart from what follows.
    this.#out += text + lazy
  }

  #open(): void {
    const rest = this.#pattern.slice(this.#at)
    const comment = /^\(\?#[^)]*\)/.exec(rest)
    if (comment !== null) {
      this.#at += comment[0].length
      return
    }
    const flags = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/.exec(rest)
    if (flags !== null) {
      this.#flags(flags)
      return
    }
    const named = /^\(\?(?:P?<[A-Za-z_]\w*>|'[A-Za-z_]\w*'|\|)/.exec(rest)
    if (named === null) refuseGroup(rest)
    this.#push('(?:', named?.[0].length ?? 1)
  }

  #flags([text, on = '', off = '', end]: RegExpExecArray): void {
    const unknown = /[^imsxU]/.exec(on + off)
    if (unknown !== null)
      throw unsupported(`the inline option ${unknown[0]} in ${text}`, `${text} 中的选项 ${unknown[0]}`)
    const modes = { extended: this.#modes.extended, multiline: this.#modes.multiline }
    if (on.includes('x')) modes.extended = true
    if (off.includes('x')) modes.extended = false
    if (on.includes('m')) modes.multiline = true
    if (off.includes('m')) modes.multiline = false
    const kept = (flags: string) => flags.replaceAll(/[xU]/g, '')
    const minus = kept(off) === '' ? '' : `-${kept(off)}`
    const written = kept(on) + minus
    if (end === ':') this.#push(written === '' ? '(?:' : `(?${written}:`, text.length)
    else {
      if (written !== '') this.#out += `(?${written})`
      this.#at += text.length
      this.#item = undefined
    }
    this.#modes = modes
  }

  #push(text: string, length: number): void {
    this.#groups.push({ modes: this.#modes, before: this.#instructions })
    this.#out += text
    this.#at += length
    this.#item = undefined
  }

  #close(): void {
    const group = this.#groups.pop()
    if (group === undefined) throw refusal('a ) has no (', '有 ) 没有对应的 (')
    this.#out += ')'
    this.#at += 1
    this.#item = this.#instructions - group.before + 1
    this.#modes = group.modes
  }

  #branch(): void {
    this.#out += '|'
    this.#at += 1
    this.#instructions += 1
    this.#item = undefined
  }

  #escape(): void {
    const char = this.#pattern[this.#at + 1]
    if (char === undefined) throw refusal('it ends with a single \\', '以单个 \\ 结尾')
    if (char === 'Q') {
      this.#quoted()
      return
    }
    if (char === 'E') {
      this.#at += 2
      return
    }
    if (char === 'Z') {
      this.#end(2)
      return
    }
    if (ASSERTIONS.includes(char)) {
      this.#zeroWidth(`\\${char}`, 2)
      return
    }
    if (char === 'R') {
      this.#single(`(?:\\r\\n|[${setText(VERTICAL)}])`, 2)
      return
    }
    const { text, length } = this.#atom(false)
    this.#single(text, length)
  }

  /** `\Q...\E`: everything between is literal. */
  #quoted(): void {
    const { text, length } = this.#quotation()
    this.#at += length
    for (const char of text) this.#single(literal(char), 0)
  }

  #quotation(): { readonly text: string; readonly length: number } {
    const start = this.#at + 2
    const end = this.#pattern.indexOf('\\E', start)
    const text = this.#pattern.slice(start, end === -1 ? undefined : end)
    return { text, length: end === -1 ? this.#pattern.length - this.#at : end + 2 - this.#at }
  }

  /** An escape for a character or a set of characters, at the current position. */
  #atom(inClass: boolean): { readonly text: string; readonly length: number } {
    const rest = this.#rest()
    const char = String.fromCodePoint(rest.codePointAt(1) ?? 0)
    const length = 1 + char.length
    if (SAME_ESCAPES.includes(char)) return { text: `\\${char}`, length }
    if (char === 'b' && inClass) return { text: '\\x{8}', length }
    const refused = REFUSED_ESCAPES[char]
    if (refused !== undefined && Object.hasOwn(REFUSED_ESCAPES, char)) throw unsupported(...refused)
    const control = Object.hasOwn(CONTROLS, char) ? CONTROLS[char] : undefined
    if (control !== undefined) return { text: control, length }
    const set = Object.hasOwn(SETS, char) && !(inClass && char === 'N') ? SETS[char] : undefined
    if (set !== undefined) return { text: inClass ? setText(set) : `[${setText(set)}]`, length }
    const property = /^\\[pP](?:\{\^?\w+\}|[A-Z])/.exec(rest)
    if (property !== null) return { text: property[0], length: property[0].length }
    const coded = codedCharacter(rest)
    if (coded !== undefined) return { text: codePoint(coded.code), length: coded.length }
    if (/[1-9]/.test(char)) throw unsupported(`the back reference \\${char}`, `反向引用 \\${char}`)
    if (/[A-Za-z]/.test(char)) throw unsupported(`\\${char}`)
    return { text: literal(char), length }
  }

  #class(): void {
    const start = this.#at
    this.#at += 1
    let text = '['
    if (this.#pattern[this.#at] === '^') {
      text += '^'
      this.#at += 1
    }
    // The first ] is a member.
    let first = true
    for (;;) {
      const char = this.#pattern[this.#at]
      if (char === undefined) throw refusal('a [ has no ]', '有 [ 没有对应的 ]')
      if (char === ']' && !first) break
      text += this.#member()
      first = false
    }
    const length = this.#at + 1 - start
    this.#at = start
    this.#single(`${text}]`, length)
  }

  #member(): string {
    const rest = this.#rest()
    const char = String.fromCodePoint(rest.codePointAt(0) ?? 0)
    const posix = POSIX_CLASS.exec(rest)
    if (posix !== null) {
      if (!POSIX_NAMES.has(posix[2] ?? ''))
        throw refusal(`the class ${posix[0]} does not exist`, `没有字符类 ${posix[0]}`)
      this.#at += posix[0].length
      return posix[0]
    }
    if (/^\[[.=:].*?[.=:]\]/.test(rest))
      throw refusal('[. .], [= =] and [: :] with other names are not supported', '不支持其他 [. .]、[= =] 和 [: :]')
    if (char !== '\\') {
      this.#at += char.length
      return char === '-' ? '-' : literal(char)
    }
    const next = rest[1]
    if (next === undefined) throw refusal('a [ has no ]', '有 [ 没有对应的 ]')
    if (next === 'Q') {
      const { text, length } = this.#quotation()
      this.#at += length
      return [...text].map(literal).join('')
    }
    if (next === 'E') {
      this.#at += 2
      return ''
    }
    if (/[BRZAzN]/.test(next)) throw refusal(`\\${next} is not supported in [ ]`, `[ ] 中不支持 \\${next}`)
    const { text, length } = this.#atom(true)
    this.#at += length
    return text === '-' ? '\\-' : text
  }
}

/** Characters that may belong to one construct other than a quotation or a group. */
const LOOK_AHEAD = 64

function refuseGroup(rest: string): void {
  if (!rest.startsWith('(?') && !rest.startsWith('(*')) return
  if (/^\(\?<?[=!]/.test(rest))
    throw refusal('look-ahead and look-behind are not supported', '不支持环视（look-ahead、look-behind）')
  if (rest.startsWith('(?>')) throw refusal('atomic groups (?>...) are not supported', '不支持原子组 (?>...)')
  if (rest.startsWith('(?(')) throw refusal('conditions (?(...)...) are not supported', '不支持条件 (?(...)...)')
  if (/^\(\?P=/.test(rest)) throw refusal('back references (?P=...) are not supported', '不支持反向引用 (?P=...)')
  throw unsupported(rest.slice(0, 4))
}

/** A character that an escape names by its number. */
function codedCharacter(rest: string): { readonly code: number; readonly length: number } | undefined {
  const surrogates = /^\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})/i.exec(rest)
  if (surrogates !== null) {
    const units = [surrogates[1], surrogates[2]].map((digits) => Number.parseInt(digits ?? '', 16))
    return { code: String.fromCharCode(...units).codePointAt(0) ?? 0, length: surrogates[0].length }
  }
  const hex = /^\\(?:x\{([0-9a-f]{1,6})\}|u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{0,2}))/i.exec(rest)
  if (hex !== null) {
    const digits = hex[1] ?? hex[2] ?? hex[3] ?? hex[4] ?? ''
    return { code: Number.parseInt(digits || '0', 16), length: hex[0].length }
  }
  const octal = /^\\(?:o\{([0-7]{1,7})\}|(0[0-7]{0,2}))/.exec(rest)
  if (octal !== null) return { code: Number.parseInt(octal[1] ?? octal[2] ?? '', 8), length: octal[0].length }
  const control = /^\\c([ -~])/.exec(rest)
  if (control !== null) return { code: (control[1] ?? '').toUpperCase().charCodeAt(0) ^ 64, length: control[0].length }
  return undefined
}

function codePoint(code: number): string {
  if (code > 0x10ffff) throw refusal('a character number is too large', '字符编号过大')
  return `\\x{${code.toString(16)}}`
}

/** A character as itself, also in a class. */
function literal(char: string): string {
  return /[!-/:-@[-`{-~]/.test(char) ? `\\${char}` : char
}
