import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { functionPlaces } from './function-places.ts'
import { main } from './main.ts'

const DIR = mkdtempSync(join(tmpdir(), 'cloudstead-function-places-'))
after(() => rmSync(DIR, { recursive: true }))

const CONFIG = '/etc/app/cloudstead.config.json'
let projects = 0

/** A directory with these directories, and a cloudbaserc.json unless it is undefined. */
function project(directories: readonly string[], cloudbaserc?: string): string {
  projects += 1
  const directory = join(DIR, String(projects))
  for (const name of ['.', ...directories]) mkdirSync(join(directory, name), { recursive: true })
  if (cloudbaserc !== undefined) writeFileSync(join(directory, 'cloudbaserc.json'), cloudbaserc)
  return directory
}

function found(mode: 'start' | 'dev', directory: string): string | undefined {
  const { fallback, base } = functionPlaces({ mode, option: undefined, config: CONFIG, directory })
  assert.equal(base, '/etc/app')
  return fallback?.slice(directory.length)
}

test('dev finds the functions of a project by itself, and start does not', () => {
  const usual = project(['cloudfunctions'])
  assert.equal(found('dev', usual), '/cloudfunctions')
  assert.equal(found('start', usual), undefined)
  const named = project(
    ['cloudfunctions', 'fn/src'],
    '{ "envId": "{{env.ENV}}", /* ours */ "functionRoot": "./fn/src", }',
  )
  assert.equal(found('dev', named), '/fn/src')
  assert.equal(found('dev', project([])), undefined)
})

test('a project file that does not help is passed over', () => {
  for (const file of [
    '{',
    '[]',
    'null',
    '{ "functionRoot": 7 }',
    '{ "functionRoot": "" }',
    '{ "functionRoot": "none" }',
  ]) {
    assert.equal(found('dev', project(['cloudfunctions'], file)), '/cloudfunctions', file)
  }
  const taken = project([])
  mkdirSync(join(taken, 'cloudbaserc.json'))
  writeFileSync(join(taken, 'cloudfunctions'), 'a file')
  assert.equal(found('dev', taken), undefined)
})

test('--functions names an existing directory, which beats what dev would find', () => {
  const directory = project(['cloudfunctions', 'mine'])
  const places = (option: string) => functionPlaces({ mode: 'dev', option, config: CONFIG, directory })
  assert.deepEqual(places('mine'), { base: '/etc/app', directory: join(directory, 'mine') })
  assert.deepEqual(places(join(directory, 'mine')), { base: '/etc/app', directory: join(directory, 'mine') })
  assert.throws(() => places('none'), { name: 'UsageError', message: '--functions none is not a directory' })
})

for (const mode of ['start', 'dev']) {
  test(`${mode} does not start with a directory that does not exist`, async (t) => {
    const write = t.mock.method(process.stderr, 'write', () => true)
    const args = [mode, '--env', 'demo-1abcde', '--data-dir', join(DIR, 'data'), '--functions', join(DIR, 'none')]
    const exitCode = await main(args, {})
    const text = write.mock.calls.map(({ arguments: [line] }) => String(line)).join('')
    write.mock.restore()
    assert.notEqual(exitCode, 0)
    assert.match(text, /--functions .*none is not a directory/)
  })
}
