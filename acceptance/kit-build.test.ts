/** Size and requirements of the kit's build for WeChat. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { kitForFile } from './support/kit.ts'

/** The limit in the README, for the kit without its components. */
const MAX_GZIP_BYTES = 10_000

const KIT = join(import.meta.dirname, '../packages/kit')
const { built, phone } = await kitForFile()
const code = await readFile(join(built, 'index.js'), 'utf8')

describe('miniprogram_dist', () => {
  it('is at most 10 kB gzip', () => {
    const size = gzipSync(code, { level: 9 }).length
    assert.ok(size > 5000 && size <= MAX_GZIP_BYTES, `${size} bytes`)
  })

  it('is CommonJS without requires, in ES2018 syntax, and creates no code from strings', () => {
    assert.doesNotMatch(code, /\brequire\(|\bimport\b\s*[({'"]|\beval\b|new Function/)
    assert.doesNotMatch(code, /\?\?|\?\.[A-Za-z_$([]|catch\{|\|\|=|&&=|\d+n\b/)
  })

  it('has the exports of the README', () => {
    const { kit } = phone({ url: 'http://127.0.0.1:1', env: 'demo-1abcde' })
    assert.deepEqual(Object.keys(kit).sort(), [
      'RECIPE_ERRORS',
      'cancelSource',
      'connect',
      'connected',
      'hintFor',
      'pickMedia',
      'toKitError',
    ])
  })

  it('has a hint in both languages for each row of the error table of the recipe', () => {
    const { kit } = phone({ url: 'http://127.0.0.1:1', env: 'demo-1abcde' })
    assert.deepEqual(
      kit.RECIPE_ERRORS.map(({ row }) => row),
      ['R24', 'R25', 'R26', 'R27', 'R28'],
    )
    for (const { codes } of kit.RECIPE_ERRORS) {
      for (const code of codes) {
        assert.match(kit.hintFor(code).zh, /\p{Script=Han}{4}/u)
        assert.doesNotMatch(kit.hintFor(code).en, /\p{Script=Han}/u)
      }
    }
  })
})

describe('types', () => {
  it("compile without DOM and Node, with WeChat's declarations of wx", async () => {
    const tsc = join(KIT, '../../node_modules/.bin/tsc')
    await promisify(execFile)(tsc, ['-p', join(KIT, 'tsconfig.check.json')]).catch(({ stdout }) => assert.fail(stdout))
  })
})
