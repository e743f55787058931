/** Characters with a special meaning outside a class. */
const META = /[\\^$.|?*+()[\]{}]/
const QUANTIFIER = /[?*{]/
const PUNCTUATION = /[!-/:-@[-`{-~]/

/**
 * Prefixes such that every string that a pattern matches starts with one of them; `''` when no prefix is certain.
 *
 * @param pattern a pattern that the language accepts
 * @example prefixes('^(team|shared)\\/') // ['team', 'shared']
 * @example prefixes('\\.jpg$') // ['']
 */
export function prefixes(pattern: string): readonly string[] {
  return alternatives(pattern).flatMap((alternative) => {
    if (alternative.startsWith('^')) return anchoredPrefixes(alternative.slice(1))
    return ['']
  })
}

/** The prefixes of one alternative, after its `^`. */
function anchoredPrefixes(pattern: string): readonly string[] {
  let literal = ''
  let at = 0
  while (at < pattern.length) {
    const char = pattern[at] ?? ''
    const next = pattern[at + 1] ?? ''
    if (char === '(') {
      const end = closing(pattern, at)
      if (QUANTIFIER.test(pattern[end + 1] ?? '')) return [literal]
      const inner = pattern.slice(at + 1, end).replace(/^\?:/, '')
      const before = literal
      return alternatives(inner).flatMap((alternative) => anchoredPrefixes(alternative).map((more) => before + more))
    }
    const escaped = char === '\\' && PUNCTUATION.test(next)
    if (META.test(char) && !escaped) break
    const length = escaped ? 2 : 1
    if (QUANTIFIER.test(pattern[at + length] ?? '')) break
    literal += escaped ? next : char
    at += length
    // After a +, the same character may repeat.
    if (pattern[at] === '+') break
  }
  return [literal]
}

/** The parts between the bars outside groups and classes. */
function alternatives(pattern: string): readonly string[] {
  const parts: string[] = []
  let from = 0
  for (let at = 0; at < pattern.length; at = after(pattern, at)) {
    if (pattern[at] === '|') {
      parts.push(pattern.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, pattern.slice(from)]
}

/** The end of the item at `at`: an escape, a class, a group or one character. */
function after(pattern: string, at: number): number {
  const char = pattern[at]
  if (char === '\\') return at + 2
  if (char === '[') return classEnd(pattern, at) + 1
  return char === '(' ? closing(pattern, at) + 1 : at + 1
}

function closing(pattern: string, open: number): number {
  let at = open + 1
  while (at < pattern.length && pattern[at] !== ')') at = after(pattern, at)
  return at
}

function classEnd(pattern: string, open: number): number {
  let at = open + 1
  while (at < pattern.length && pattern[at] !== ']') at += pattern[at] === '\\' ? 2 : 1
  return at
}
