/** Differential test: the parser accepts exactly the texts that a second, deliberately naive parser accepts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileStorageRules } from '../index.ts'
import { RuleError } from '../rule-error.ts'
import { expressions, STORAGE_VOCABULARY } from './arbitraries.test-support.ts'
import { naiveParse } from './naive-parser.test-support.ts'

/** The same texts in every run; to look for more, change the seed and raise the number. */
const SEED = 20_261_122
const TEXTS = 10_000

/** What slips into a rule: pieces of the language in the wrong place, and of JavaScript that it does not have. */
const PIECES = [
  ...'()[].,!<>=&|+-*/%?:;\'"`\\{}~^ \n\t0159eE_$x',
  ...[
    '&&',
    '||',
    '==',
    '!==',
    '>=',
    '=>',
    '--',
    '++',
    '?.',
    '??',
    '//',
    '/*',
    '${',
    '1.',
    '.5',
    '01',
    '0x1',
    '1n',
    '1e5',
  ],
  ...[
    ' in ',
    ' instanceof ',
    'typeof ',
    'null',
    ' true',
    'auth',
    '.test(',
    '.uid',
    '()',
    '[0]',
    '[,',
    ',]',
    '\\u0061',
    '\\n',
  ],
  ...['。', '（', '“', '\u00a0', '\u2028', '名', '😀'],
]

/** One slip: some characters out, a piece in, or a part of the text twice. */
interface Slip {
  readonly at: number
  readonly removed: number
  readonly inserted: string
}

const slip: fc.Arbitrary<Slip> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.constantFrom(0, 0, 1, 1, 2, 5),
  inserted: fc.oneof(fc.constant(''), fc.constantFrom(...PIECES)),
})

function slipped(source: string, { at, removed, inserted }: Slip): string {
  const index = Math.floor(at * (source.length + 1))
  return source.slice(0, index) + inserted + source.slice(index + removed)
}

function accepts(source: string): boolean {
  try {
    compileStorageRules({ read: source }, { resourceOpenid: 'path' })
    return true
  } catch (error) {
    assert.ok(error instanceof RuleError, String(error))
    return false
  }
}

function naiveAccepts(source: string): boolean {
  try {
    naiveParse(source)
    return true
  } catch {
    return false
  }
}

test('a text is a rule to both parsers or to neither', () => {
  let read = 0
  let accepted = 0
  const slips = fc.array(slip, { minLength: 0, maxLength: 3 })
  fc.assert(
    fc.property(expressions(STORAGE_VOCABULARY), slips, (source, changes) => {
      const text = changes.reduce(slipped, source)
      const expected = naiveAccepts(text)
      assert.equal(accepts(text), expected, text)
      read++
      if (expected) accepted++
    }),
    { seed: SEED, numRuns: TEXTS },
  )
  // Both kinds must be there in numbers, or the test has lost its subject.
  assert.ok(accepted > 0.2 * read, `only ${accepted} of ${read} texts are rules`)
  assert.ok(accepted < 0.8 * read, `${accepted} of ${read} texts are rules`)
})
