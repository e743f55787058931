import assert from 'node:assert/strict'
import { join } from 'node:path'
import { beforeEach, test } from 'node:test'
import { eachProject, MAIN, type ProjectSetup } from '../functions/project/project.fixture.ts'
import { functionsDoctor } from './functions-doctor.ts'

const setUp = eachProject()
let setup: ProjectSetup
beforeEach(() => {
  setup = setUp({ 'cloudfunctions/hello/index.js': MAIN, 'config.json': '{}' })
})

async function doctor(...args: readonly string[]) {
  let output = ''
  const config = join(setup.base, 'config.json')
  const all = ['--functions', setup.root, '--config', config, ...args]
  const exitCode = await functionsDoctor(all, {}, (text) => {
    output += text
  })
  return { output: output.replaceAll(setup.root, 'ROOT'), exitCode }
}

test('without a finding', async () => {
  assert.deepEqual(await doctor(), { output: 'ROOT: 1 function, 0 errors, 0 warnings\n', exitCode: 0 })
})

test('a warning alone is no error', async () => {
  setup.write({ 'cloudbaserc.json': { functions: [{ name: 'hello', envVariables: { KEY: 'x' } }] } })
  const { output, exitCode } = await doctor()
  assert.equal(exitCode, 0)
  assert.match(
    output,
    /^warning: hello: cloudbaserc\.json has the value of KEY .*\nROOT: 1 function, 0 errors, 1 warning\n$/,
  )
})

test('an error, for people and as JSON', async () => {
  setup.write({
    'cloudfunctions/web/scf_bootstrap': '',
    'cloudfunctions/hello/key.json': { private_key_id: '1', private_key: '2', env_id: 'other' },
  })
  const { output, exitCode } = await doctor('--env', 'mine-1abcde')
  assert.equal(exitCode, 1)
  assert.match(
    output,
    /^error: web is a web function.*\nerror: hello: the key in key\.json is for the environment other;.*\nROOT: 2 functions, 2 errors, 0 warnings\n$/,
  )
  const json = await doctor('--json')
  assert.equal(json.exitCode, 1)
  const { root, functions, findings } = JSON.parse(json.output)
  assert.deepEqual([root, functions, findings.length], ['ROOT', ['hello', 'web'], 1])
  assert.deepEqual(Object.keys(findings[0]), ['severity', 'message', 'function'])
})

test('a root that does not exist is an error', async () => {
  const { output, exitCode } = await doctor('--functions', join(setup.base, 'nowhere'))
  assert.equal(exitCode, 1)
  assert.match(output, /^error: there is no directory /)
})

test('wrong options', async () => {
  await assert.rejects(doctor('--evn', 'x'), { name: 'UsageError', message: /did you mean --env/ })
  await assert.rejects(doctor('--config', join(setup.base, 'no.json')), { name: 'ConfigError' })
})
