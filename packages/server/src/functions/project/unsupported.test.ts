import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { eachProject, MAIN } from './project.fixture.ts'

const setUp = eachProject()

describe('what does not run here says so', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
    ['an ES module', { 'f1/index.js': MAIN, 'f1/package.json': { type: 'module' } }, /ES module/],
    ['only index.mjs', { 'f1/index.mjs': '' }, /ES module/],
    ['only TypeScript', { 'f1/index.ts': '' }, /TypeScript.*handler/],
    [
      'a web function',
      { 'f1/scf_bootstrap': '', 'f1/index.js': MAIN },
      /web function.*functions\.settings\.f1\.handler/,
    ],
    [
      'a web function by its type',
      { 'f1/index.js': MAIN, '../cloudbaserc.json': { functions: [{ name: 'f1', type: 'HTTP' }] } },
      /web function/,
    ],
    ['Python', { 'f1/index.py': '' }, /needs Python/],
    [
      'PHP by its runtime',
      { 'f1/index.js': MAIN, '../cloudbaserc.json': { functions: [{ name: 'f1', runtime: 'Php7.4' }] } },
      /needs Php7\.4/,
    ],
    [
      'no file',
      { 'f1/x.js': MAIN, '../cloudbaserc.json': { functions: [{ name: 'f1' }] } },
      /no file for its handler index\.main/,
    ],
    [
      'a handler outside',
      { 'f1/x.js': MAIN, 'x.js': MAIN, '../cloudbaserc.json': { functions: [{ name: 'f1', handler: '../x.main' }] } },
      /not a file of the function/,
    ],
  ]
  for (const [title, files, expected] of cases) {
    test(title, () => {
      const inRoot = Object.entries(files).map(([path, content]) => [join('cloudfunctions', path), content])
      const setup = setUp(Object.fromEntries(inRoot))
      const { unsupported } = setup.get('f1')
      assert.match(unsupported?.en ?? '', expected)
      assert.match(unsupported?.zh ?? '', /[\u4e00-\u9fff]/)
      assert.deepEqual(setup.problems(), [`f1: ${unsupported?.en}`])
    })
  }

  test('a handler that is a link out of the function', () => {
    const setup = setUp({ 'cloudfunctions/f1/x': '', 'shared.js': MAIN })
    symlinkSync('../../shared.js', join(setup.root, 'f1/index.js'))
    assert.match(setup.get('f1').unsupported?.en ?? '', /leads out of the function/)
  })

  test('a web function with a handler in the settings is an event function', () => {
    const files = { 'cloudfunctions/f1/scf_bootstrap': '', 'cloudfunctions/f1/index.js': MAIN }
    const setup = setUp(files, { options: new Map([['f1', { handler: 'index.main' }]]) })
    assert.equal(setup.get('f1').unsupported, undefined)
  })

  test('a package.json above it makes no ES module of a function', () => {
    const setup = setUp({ 'cloudfunctions/f1/index.js': MAIN, 'package.json': { type: 'module' } })
    assert.equal(setup.get('f1').unsupported, undefined)
  })

  test('.cjs runs in an ES module project', () => {
    const setup = setUp({ 'cloudfunctions/f1/index.cjs': MAIN, 'cloudfunctions/f1/package.json': { type: 'module' } })
    assert.equal(setup.get('f1').unsupported, undefined)
    assert.equal(setup.get('f1').file, join(setup.root, 'f1/index.cjs'))
  })
})
