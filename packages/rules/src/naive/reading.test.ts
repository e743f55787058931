// biome-ignore-all lint/suspicious/noTemplateCurlyInString: rules have placeholders in any quotes
/** Differential test: the parser accepts exactly the sources that a second, deliberately naive parser accepts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileDatabaseRules, compileStorageRules } from '../index.ts'
import { RuleError } from '../rule-error.ts'
import { DATABASE_VOCABULARY, expressions, STORAGE_VOCABULARY } from './arbitraries.fixture.ts'
import { naiveParse } from './naive-parser.fixture.ts'

/** The same sources in every run. To test others, change the seed and raise the number. */
const SEED = 20_261_122
const TEXTS = 10_000

/** Typing errors: parts of the language in the wrong place, and parts of JavaScript that it does not have. */
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

const GET_PIECES = ['get(', "get('database.c.x')", '${', '}', '`', 'database.', "'database.a.' +", '${auth.uid}']

/** One typing error: some characters removed, and a piece inserted. */
interface Slip {
  readonly at: number
  readonly removed: number
  readonly inserted: string
}

function slipOf(pieces: readonly string[]): fc.Arbitrary<Slip> {
  return fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    removed: fc.constantFrom(0, 0, 1, 1, 2, 5),
    inserted: fc.oneof(fc.constant(''), fc.constantFrom(...pieces)),
  })
}

function slipped(source: string, { at, removed, inserted }: Slip): string {
  const index = Math.floor(at * (source.length + 1))
  return source.slice(0, index) + inserted + source.slice(index + removed)
}

function accepts(compile: () => unknown): boolean {
  try {
    compile()
    return true
  } catch (error) {
    assert.ok(error instanceof RuleError, String(error))
    return false
  }
}

function naiveAccepts(source: string, get: boolean): boolean {
  try {
    naiveParse(source, { get })
    return true
  } catch {
    return false
  }
}

function compare(text: fc.Arbitrary<string>, get: boolean, compile: (source: string) => unknown): void {
  let read = 0
  let accepted = 0
  fc.assert(
    fc.property(text, (source) => {
      const expected = naiveAccepts(source, get)
      assert.equal(
        accepts(() => compile(source)),
        expected,
        source,
      )
      read++
      if (expected) accepted++
    }),
    { seed: SEED, numRuns: TEXTS },
  )
  // A test with too few of either kind has lost its subject.
  assert.ok(accepted > 0.2 * read, `only ${accepted} of ${read} texts are rules`)
  assert.ok(accepted < 0.8 * read, `${accepted} of ${read} texts are rules`)
}

function nearly(source: fc.Arbitrary<string>, pieces: readonly string[]): fc.Arbitrary<string> {
  const slips = fc.array(slipOf(pieces), { minLength: 0, maxLength: 3 })
  return fc.tuple(source, slips).map(([text, changes]) => changes.reduce(slipped, text))
}

test('files: both parsers accept a source, or neither does', () => {
  compare(nearly(expressions(STORAGE_VOCABULARY), PIECES), false, (read) =>
    compileStorageRules({ read }, { resourceOpenid: 'path' }),
  )
})

test('documents: both parsers accept a source, or neither does', () => {
  const strings = DATABASE_VOCABULARY.strings.filter((text) => text.startsWith('get('))
  const source = expressions({ ...DATABASE_VOCABULARY, strings: [...strings, 'doc.id'] })
  // The naive parser cannot read templates that contain line breaks or quotes.
  const text = nearly(source, [...PIECES, ...GET_PIECES]).filter((changed) => !/\+\s*\+|\n/.test(changed))
  compare(text, true, (read) => compileDatabaseRules({ read }))
})
