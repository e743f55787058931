import assert from 'node:assert/strict'
import { win32 } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { createZipNames } from './zip-names.ts'

test('ordinary names stay as they are', () => {
  const names = createZipNames()
  for (const path of ['a.txt', '图 片/一.jpg', '100%/#1?.png'.replace('?', ''), '.hidden', 'a/b/c.tar.gz']) {
    assert.equal(names.file(path), path)
  }
})

test('a name that is a way out somewhere is none in the zip', () => {
  const names = createZipNames()
  assert.deepEqual(
    ['..\\..\\x', 'C:\\x', 'C:x', '.. /x', 'a./x', 'NUL', 'aux.txt', 'COM1', 'a\u202egpj.exe', '...', 'x:stream'].map(
      (path) => names.file(path),
    ),
    ['.._.._x', 'C__x', 'C_x', '___/x', 'a_/x', '_NUL', '_aux.txt', '_COM1', 'a_gpj.exe', '___', 'x_stream'].map(
      (name, at) => (at === 9 ? '___ (2)' : name),
    ),
  )
})

test('names that some system takes for one get a number', () => {
  const names = createZipNames()
  assert.deepEqual(
    ['a.txt', 'A.txt', 'a:txt', 'a_txt', '\u00e9', 'e\u0301', 'n', 'n/x', 'n/y'].map((path) => names.file(path)),
    ['a.txt', 'A (2).txt', 'a_txt', 'a_txt (2)', '\u00e9', 'e\u0301 (2)', 'n', 'n (2)/x', 'n (2)/y'],
  )
})

test('whatever the names: each entry is its own, and none leaves the folder', () => {
  const segment = fc
    .string({
      unit: fc.constantFrom('a', 'A', '.', ' ', '\\', ':', '\u202e', '(', '2', 'é', '图'),
      minLength: 1,
      maxLength: 6,
    })
    .filter((text) => text !== '.' && text !== '..')
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'))
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 30 }), (paths) => {
      const names = createZipNames()
      const made = paths.map((one) => names.file(one))
      const seen = made.map((name) => name.normalize('NFC').toLowerCase())
      assert.equal(new Set(seen).size, seen.length)
      for (const name of seen) {
        const unpacked = win32.resolve('C:\\target', name)
        assert.ok(unpacked.startsWith('C:\\target\\'), `${name} -> ${unpacked}`)
        // No file is where another one needs a folder.
        for (const other of seen) assert.ok(!other.startsWith(`${name}/`), `${name} and ${other}`)
      }
    }),
  )
})

test('a name that is longer than file systems allow is cut before its ending, and stays its own', () => {
  const names = createZipNames()
  const long = '夏'.repeat(200)
  assert.deepEqual(
    [`${long}.jpg`, `${long}天.jpg`, `${long}/a.tar.gz`, `${'😀'.repeat(100)}.png`].map((path) => names.file(path)),
    [`${'夏'.repeat(78)}.jpg`, `${'夏'.repeat(78)} (2).jpg`, `${'夏'.repeat(80)}/a.tar.gz`, `${'😀'.repeat(59)}.png`],
  )
})

test('thousands of names that become one are numbered at once', () => {
  const names = createZipNames()
  const unsafe = [...'\\:*?"<>|']
  const paths = Array.from({ length: 20_000 }, (_, at) =>
    [0, 1, 2, 3, 4].map((place) => unsafe[Math.floor(at / 8 ** place) % 8]).join(''),
  )
  const start = performance.now()
  const made = paths.map((path) => names.file(path))
  // A tenth of a second; trying every number for each of them would be a minute.
  assert.ok(performance.now() - start < 10_000)
  assert.equal(new Set(made).size, paths.length)
  assert.deepEqual([made[0], made[1], made.at(-1)], ['_____', '_____ (2)', '_____ (20000)'])
})
