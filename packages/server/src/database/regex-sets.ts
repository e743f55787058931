/** Sets of characters of which PCRE and RE2 have different ideas, as ranges of code points. */

type Range = readonly [from: number, to: number]

const LAST = 0x10ffff

export class CharacterSet {
  readonly ranges: readonly Range[]

  /** @param ranges in ascending order, without overlaps */
  constructor(ranges: readonly Range[]) {
    this.ranges = ranges
  }

  negated(): CharacterSet {
    const others: Range[] = []
    let next = 0
    for (const [from, to] of this.ranges) {
      if (from > next) others.push([next, from - 1])
      next = to + 1
    }
    if (next <= LAST) others.push([next, LAST])
    return new CharacterSet(others)
  }
}

/** A set as members of a class, without the brackets. */
export function setText({ ranges }: CharacterSet): string {
  const code = (point: number) => `\\x{${point.toString(16)}}`
  return ranges.map(([from, to]) => (from === to ? code(from) : `${code(from)}-${code(to)}`)).join('')
}

/** `\s`: with the vertical tab, which RE2 leaves out. */
export const SPACE = new CharacterSet([
  [9, 13],
  [32, 32],
])
/** `\v`, which is one character in RE2. */
export const VERTICAL = new CharacterSet([
  [10, 13],
  [0x85, 0x85],
  [0x2028, 0x2029],
])
/** `\h`. */
export const HORIZONTAL = new CharacterSet([
  [9, 9],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x180e, 0x180e],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
])

/** Names between `[:` and `:]` within a class. */
export const POSIX_NAMES: ReadonlySet<string> = new Set(
  'alnum alpha ascii blank cntrl digit graph lower print punct space upper word xdigit'.split(' '),
)
