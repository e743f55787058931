import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, describe, test } from 'node:test'
import { runTestFiles } from './run-test-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'cloudstead-test-files-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
function fileWith(code: string): string {
  files += 1
  const file = join(folder, `${files}.test.mjs`)
  writeFileSync(file, `import { after, before, describe, test } from 'node:test'\n${code}`)
  return file
}

/** The fixture must not think that it runs below this runner: it would report to it. */
const unnested = process.env.NODE_TEST_CONTEXT
delete process.env.NODE_TEST_CONTEXT
after(() => {
  if (unnested !== undefined) process.env.NODE_TEST_CONTEXT = unnested
})

async function runOf(codes: readonly string[], fileTimeout = 60_000) {
  const output = new PassThrough()
  const shown = text(output)
  const { passed, failed, durations } = await runTestFiles({
    files: codes.map(fileWith),
    concurrency: 2,
    fileTimeout,
    output,
  })
  output.end()
  return { passed, failed, durations, shown: await shown }
}

const FAILS = "throw new Error('wrong')"
const counted: readonly [what: string, code: string, passed: number, failed: number][] = [
  ['tests that pass', "test('a', () => {}); describe('s', () => { test('b', () => {}) })", 2, 0],
  ['a test that fails', `test('a', () => { ${FAILS} })`, 0, 1],
  [
    'a test that fails in two suites',
    `describe('s', () => { describe('t', () => { test('a', () => { ${FAILS} }) }) })`,
    0,
    1,
  ],
  ['a subtest that fails', `test('a', async (t) => { await t.test('b', () => { ${FAILS} }) })`, 0, 1],
  ['a test that is skipped', "test('a', { skip: 'for a reason' }, () => {})", 0, 0],
  ['a suite whose end fails', `describe('s', () => { after(() => { ${FAILS} }); test('a', () => {}) })`, 1, 1],
  ['a suite whose beginning fails', `describe('s', () => { before(() => { ${FAILS} }); test('a', () => {}) })`, 0, 2],
  ['a file whose end fails', `after(() => { ${FAILS} }); test('a', () => {})`, 1, 1],
  ['a file that does not parse', 'test(', 0, 1],
  ['a file that dies', "test('a', () => { process.exit(3) })", 0, 1],
  ['a file that dies after its tests', "test('a', () => {}); after(() => { setTimeout(() => process.exit(3)) })", 1, 1],
]

describe('npm test counts', () => {
  for (const [what, code, passed, failed] of counted) {
    test(`${what}: ${passed} passed, ${failed} failed`, async () => {
      const counts = await runOf([code])
      assert.deepEqual({ passed: counts.passed, failed: counts.failed }, { passed, failed }, counts.shown)
    })
  }

  test('a file that never ends as one failure, and stops it', async () => {
    const { failed } = await runOf(["setInterval(() => {}, 1000); test('a', () => new Promise(() => {}))"], 3000)
    assert.equal(failed, 1)
  })

  test('the tests of several files, and reports the failures of each', async () => {
    const { passed, failed, shown, durations } = await runOf([
      `test('first', () => { ${FAILS} })`,
      "test('second', () => {})",
      `test('third', () => { ${FAILS} })`,
    ])
    assert.deepEqual([passed, failed, durations.size], [1, 2, 3])
    for (const name of ['first', 'second', 'third']) assert.match(shown, new RegExp(name))
  })
})
