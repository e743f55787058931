import { RE2JS } from 're2js'
import { RuleError } from '../rule-error.ts'
import { type Text, text } from '../text.ts'
import type { RegexToken } from './lexer.ts'

/** Characters between the slashes. Real patterns need fewer than a hundred. */
export const MAX_PATTERN = 256

/** Instructions of a compiled pattern. Repetitions multiply them, and each costs time for every tested character. */
const MAX_PROGRAM = 400

/**
 * Up to this many instructions, the engine's automaton is fastest and stays small. With a larger program, a hostile string
 * can make it build thousands of states, each used once; running the program directly is then ten times as fast.
 */
const SMALL_PROGRAM = 40

/** Characters of a tested string. A cloudPath has at most 850 bytes. Time is linear in this times the program size. */
export const MAX_TESTED = 1024

/** Escapes with the same meaning in JavaScript and RE2. Punctuation may always be escaped. */
const SHARED_ESCAPE = /[dDwWsSbBnrtfv]|[!-/:-@[-`{-~]/

/** Escapes with the same meaning inside a class, where `\b` is a backspace in JavaScript and an error in RE2. */
const SHARED_CLASS_ESCAPE = /[dDwWsSnrtfv]|[!-/:-@[-`{-~]/

/**
 * Compiles a pattern to a test that takes linear time for every pattern and string. Only patterns with the same meaning in
 * JavaScript and RE2 are accepted, so a rule decides as its author expects. (With `i`, the long s and the Kelvin sign match s
 * and k, as in JavaScript with the flag u.)
 *
 * @throws {RuleError} when the pattern is not valid in both, or too large
 */
export function compilePattern(regex: RegexToken, source: string): (tested: string) => boolean {
  const { pattern, flags } = regex
  const refuse = (message: Text, index = regex.start): never => {
    throw new RuleError(message, { index, source })
  }
  if (flags !== '' && flags !== 'i') {
    refuse(
      text(
        `the flags ${JSON.stringify(flags)} are not supported; only i is`,
        `不支持标志 ${JSON.stringify(flags)}，只支持 i`,
      ),
    )
  }
  if (pattern.length > MAX_PATTERN) {
    refuse(
      text(
        `the regular expression has ${pattern.length} characters; at most ${MAX_PATTERN} are allowed`,
        `正则表达式有 ${pattern.length} 个字符，最多允许 ${MAX_PATTERN} 个`,
      ),
    )
  }
  refuseUnsupported(pattern, (message, at) => refuse(message, regex.start + 1 + at))
  let compiled: RE2JS
  try {
    // Only checks the syntax.
    new RegExp(pattern)
    compiled = RE2JS.compile(pattern, flags === 'i' ? RE2JS.CASE_INSENSITIVE : 0)
  } catch (error) {
    const reason =
      error instanceof Error
        ? error.message.replace(/^error parsing regexp: |^Invalid regular expression: .*: /s, '')
        : ''
    return refuse(text(`the regular expression cannot be used: ${reason}`, `正则表达式无法使用：${reason}`))
  }
  const size = compiled.programSize()
  if (size > MAX_PROGRAM) {
    refuse(text('the regular expression has too many repetitions', '正则表达式中的重复次数过多'))
  }
  const plain = plainPattern(pattern, flags)
  if (plain !== undefined) return (tested) => plain.test(tested)
  return size <= SMALL_PROGRAM ? (tested) => compiled.test(tested) : (tested) => compiled.matcher(tested).find()
}

/**
 * The pattern for the JavaScript engine, which is ten times as fast, when it cannot take long: nothing repeats, and the few
 * choices multiply to at most 16 paths through at most 64 characters from each position. Contains only ASCII letters, digits
 * and escaped punctuation, which both engines read alike. Uses the flag u because RE2 works on code points too.
 */
function plainPattern(pattern: string, flags: string): RegExp | undefined {
  if (pattern.length > MAX_PLAIN || !PLAIN.test(pattern)) return undefined
  const choices = pattern.replace(/\\.|\(\?:/g, '').match(/[|?]/g)?.length ?? 0
  if (choices > MAX_CHOICES) return undefined
  try {
    return new RegExp(pattern, `${flags}u`)
  } catch {
    return undefined
  }
}

const PLAIN = /^(?:[A-Za-z0-9_/ -]|\\[!-/:-@[-`{-~]|\((?:\?:)?|[)|?^$])*$/
const MAX_PLAIN = 64
const MAX_CHOICES = 4

/** Refuses constructs that only one of the two engines supports, or that they read differently. */
function refuseUnsupported(pattern: string, refuse: (message: Text, at: number) => void): void {
  let inClass = false
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]
    const next = pattern[at + 1] ?? ''
    if (char === '\\') {
      const shared = inClass ? SHARED_CLASS_ESCAPE : SHARED_ESCAPE
      if (!shared.test(next)) {
        refuse(text(`\\${next} is not supported in a regular expression`, `正则表达式不支持 \\${next}`), at)
      }
      at++
    } else if (inClass) {
      if (char === ']') inClass = false
      if (char === '[' && /[:.=]/.test(next)) {
        refuse(text('write \\[ for a bracket in a class', '字符集合中的方括号请写作 \\['), at)
      }
    } else if (char === '[') {
      inClass = true
      if (pattern[at + 1] === '^') at++
      if (pattern[at + 1] === ']') refuse(text('an empty class matches nothing', '空的字符集合不匹配任何字符'), at)
    } else if (char === '(' && next === '?' && pattern[at + 2] !== ':') {
      refuse(text('groups that start with (? are not supported, except (?: ', '不支持以 (? 开头的分组，(?: 除外'), at)
    }
  }
}
