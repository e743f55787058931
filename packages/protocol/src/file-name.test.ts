import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { shortFileName } from './file-name.ts'

const FAMILY = '👨‍👩‍👧'
const bytes = (text: string) => Buffer.byteLength(text)

const names: readonly [what: string, name: string, max: number, expected: string][] = [
  ['a short name', 'a.jpg', 10, 'a.jpg'],
  ['a long name', 'photos of the summer.jpg', 10, 'photos.jpg'],
  ['a long Chinese name', '夏天的照片和很多别的东西.png', 8, '夏天的照.png'],
  ['an ending of two parts', 'everything-of-2026.tar.gz', 12, 'every.tar.gz'],
  ['no ending', 'abcdefghijkl', 5, 'abcde'],
  ['a hidden file', '.abcdefghijkl', 5, '.abcd'],
  ['a sentence, whose end is no ending', 'Mr. Smith and his friends', 8, 'Mr. Smit'],
  ['an ending that is too long to be one', `a.${'b'.repeat(30)}`, 10, 'a.bbbbbbbb'],
  ['an emoji at the cut', `abc${'😀'.repeat(10)}.jpg`, 9, 'abc😀😀.jpg'],
  ['a character of several code points at the cut', `ab${FAMILY}${FAMILY}.jpg`, 10, 'ab.jpg'],
  ['such a character in the ending', `${'a'.repeat(20)}.${FAMILY}`, 10, `aaaa.${FAMILY}`],
  ['a letter with a mark at the cut', `abcde\u0301fgh.jpg`, 9, 'abcd.jpg'],
  ['one letter with many marks', `e${'\u0301'.repeat(500)}.jpg`, 10, `e${'\u0301'.repeat(5)}.jpg`],
]
for (const [what, name, max, expected] of names) {
  test(`${what}, cut to ${max}`, () => assert.equal(shortFileName(name, max), expected))
}

test('a size in bytes', () => {
  assert.equal(shortFileName('夏天的照片.png', 11, bytes), '夏天.png')
  assert.equal(shortFileName('夏天的照片.png', 13, bytes), '夏天的.png')
})

test('property: it fits, keeps the ending, and half a character is never left', () => {
  const stem = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(
      stem,
      fc.constantFrom('.jpg', '.tar.gz', '.图', '.😀'),
      fc.integer({ min: 30, max: 60 }),
      (text, ending, max) => {
        const short = shortFileName(text + ending, max, bytes)
        assert.ok(bytes(short) <= max)
        assert.ok(short.endsWith(ending) && short.isWellFormed())
      },
    ),
  )
})
