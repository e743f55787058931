/** The examples of docs/rules-testing.md work as shown. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { testRulesFile } from './rules-test.ts'

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url))

function blocks(page: string, kind: string): readonly string[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8')
  const fences = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)]
  return fences.flatMap(([, found, code = '']) => (found === kind ? [code] : []))
}

const PAGE = 'rules-testing.md'
const [CONFIGURATION = '', CASES = '', INVOKED = '', DENIED = ''] = blocks(PAGE, 'json')

let dir: string
before(() => {
  dir = mkdtempSync(join(tmpdir(), 'cloudstead-rules-docs-'))
  writeFileSync(join(dir, 'cloudstead.config.json'), CONFIGURATION)
  writeFileSync(join(dir, 'cases.json'), CASES)
})
after(() => rmSync(dir, { recursive: true }))

function run(language: 'en' | 'zh', coverage: boolean): string {
  return testRulesFile(join(dir, 'cases.json'), { language, coverage, json: false }, 0).output.replaceAll(`${dir}/`, '')
}

for (const [page, language] of [
  [PAGE, 'en'],
  ['rules-testing.zh-CN.md', 'zh'],
] as const) {
  describe(page, () => {
    test('shows the real output', () => {
      const [output, coverage = ''] = blocks(page, '')
      assert.equal(run(language, false), output)
      assert.ok(coverage !== '' && run(language, true).endsWith(`\n${coverage}`))
    })
  })
}

test('both languages show the same rules, test cases and code', () => {
  for (const kind of ['json', 'ts']) {
    assert.ok(blocks(PAGE, kind).length > 0)
    assert.deepEqual(blocks('rules-testing.zh-CN.md', kind), blocks(PAGE, kind))
  }
})

test('the test case of the denied request passes', () => {
  const file = join(dir, 'pasted.json')
  writeFileSync(file, `{ "cases": [${DENIED}] }`)
  const { output, exitCode } = testRulesFile(file, { language: 'en', coverage: false, json: false }, 0)
  assert.equal(exitCode, 0, output)
  assert.match(output, /bob: update orders\/o7 {2}denied/)
})

test('the test case of a function passes, because there are no rules of functions', () => {
  const file = join(dir, 'invoked.json')
  writeFileSync(file, `{ "cases": [${INVOKED}] }`)
  const { output, exitCode } = testRulesFile(file, { language: 'en', coverage: false, json: false }, 0)
  assert.equal(exitCode, 0, output)
  assert.match(output, /u3: invoke getLoginTicket {2}allowed/)
})

test('the tests for a test runner pass', () => {
  const [code = ''] = blocks(PAGE, 'ts')
  // Imports are resolved from the initial working directory; files are read from the directory of the example.
  const moved = code.replace(/\n\n/, `\n\nprocess.chdir(${JSON.stringify(dir)})\n`)
  const args = ['--conditions=@cloudstead/source', '--input-type=module-typescript', '--test-reporter=tap', '--eval']
  // Without the variable, the child reports as a test run of its own and not to this one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, moved], { cwd: ROOT, encoding: 'utf8', env })
  assert.equal(status, 0, stdout + stderr)
  assert.match(stdout, /^# tests 3\n(?:.*\n)*?# pass 3$/m)
})
