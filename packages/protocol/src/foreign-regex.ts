/**
 * A regular expression that JavaScript cannot read, such as `(?i)a`. Has the source and the flags of MongoDB, and is for
 * them only: it matches nothing by itself.
 */
class ForeignRegExp extends RegExp {
  readonly #pattern: string
  readonly #options: string

  constructor(pattern: string, options: string) {
    super('(?!)')
    this.#pattern = pattern
    this.#options = options
  }

  override get source(): string {
    return this.#pattern
  }

  override get flags(): string {
    return this.#options
  }
}

/** Constructs of MongoDB's regular expressions that JavaScript lacks, with something of the same form that it has. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/\\Q.*?(?:\\E|$)/gs, 'a'],
  [/\(\?#[^)]*\)/g, ''],
  [/\(\?[a-zA-Z-]*\)/g, ''],
  [/\(\?[a-zA-Z-]*:/g, '(?:'],
  [/\(\?(?:P?<\w+>|'\w+'|\||>)/g, '(?:'],
  [/\(\?(?:P[=>]\w+|[R0-9]+|P?&\w+)\)/g, 'a'],
  [/([*+?}])\+/g, '$1'],
]

/** Flags of MongoDB and of JavaScript. */
const FLAGS = /^[dgimsuvxy]*$/

/** The regular expression, if it is well-formed apart from what JavaScript lacks. */
export function foreignRegex(pattern: string, options: string): RegExp | undefined {
  if (!FLAGS.test(options)) return undefined
  const similar = FOREIGN.reduce((text, [construct, form]) => text.replace(construct, form), pattern)
  const extended = options.includes('x') || /\(\?[a-zA-Z]*x/.test(pattern)
  try {
    new RegExp(extended ? similar.replaceAll(/#[^\n]*|\s+/g, '') : similar)
  } catch {
    return undefined
  }
  return new ForeignRegExp(pattern, options)
}
