import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { eachProject, MAIN, type ProjectSetup } from './project.fixture.ts'

const setUp = eachProject()

const HELLO = { 'cloudfunctions/hello/index.js': MAIN }
const names = ({ project }: ProjectSetup) => [...project.current().functions.keys()]

describe('cloudbaserc.json', () => {
  test('in its older form', () => {
    const setup = setUp({
      ...HELLO,
      'cloudbaserc.json': `{
        "version": "2.0", "envId": "other-env", "functionRoot": "./cloudfunctions/", "framework": {},
        // as the old command line wrote it
        "functions": [{ "name": "hello", "config": { "timeout": 12, "envVariables": { "A": "1" }, "runtime": "Nodejs18.15" } }],
      }`,
    })
    const { timeoutMs, env } = setup.get('hello')
    assert.deepEqual([timeoutMs, env], [12_000, { A: '1' }])
    assert.deepEqual(setup.problems(), [])
  })

  test('names a directory elsewhere in the project, not outside of it', () => {
    const setup = setUp({
      'services/pay/index.js': MAIN,
      'cloudfunctions/out/index.js': MAIN,
      'cloudbaserc.json': {
        functions: [
          { name: 'pay', dir: './services/pay' },
          { name: 'out', dir: '../..' },
          { name: 'link', dir: 'link' },
          { name: 'gone' },
        ],
      },
    })
    symlinkSync('/usr', join(setup.base, 'link'))
    assert.deepEqual(names(setup), ['pay'])
    assert.equal(setup.get('pay').directory, join(setup.base, 'services/pay'))
    const [out, link, gone] = setup.problems()
    assert.match(out ?? '', /^out: .* outside of the project$/)
    assert.match(link ?? '', /^link: .* outside of the project$/)
    assert.match(gone ?? '', /^gone: .*does not exist/)
    setup.write({ 'cloudfunctions/gone/index.js': MAIN })
    assert.deepEqual(names(setup), ['gone', 'pay'])
  })

  test('is above the folder of the root when it names the root', () => {
    const rc = { functionRoot: './server/functions', functions: [{ name: 'hello', timeout: 9 }] }
    const setup = setUp({ 'server/functions/hello/index.js': MAIN })
    setup.set({ root: join(setup.base, 'server/functions') })
    assert.deepEqual(setup.get('hello').readable, [join(setup.base, 'server')])
    setup.write({ 'cloudbaserc.json': rc })
    assert.deepEqual(setup.get('hello').readable, [setup.base])
    assert.equal(setup.get('hello').timeoutMs, 9_000)
    setup.write({ 'cloudbaserc.json': { ...rc, functionRoot: 'functions' } })
    assert.equal(setup.get('hello').timeoutMs, 5_000)
    assert.deepEqual(setup.problems(), [])
  })

  test('names another root', () => {
    const setup = setUp({ ...HELLO, 'cloudbaserc.json': { functionRoot: 'functions' } })
    assert.match(setup.problems()[0] ?? '', /functionRoot is functions, but/)
  })

  test('templates: .env files of the mode, the environment; what is missing is left out', () => {
    const files = {
      ...HELLO,
      '.env': 'A=env\nB=env\nC=env\nT=11',
      '.env.local': 'B=local\nC=local',
      '.env.development': 'C=development',
      '.env.production': 'C=production',
      'cloudbaserc.json': {
        functions: [
          {
            name: 'hello',
            timeout: '{{ env.T }}',
            envVariables: { ALL: '{{env.A}}-{{env.B}}-{{env.C}}', ID: '{{tcb.envId}}', NO: '{{env.NO}}', X: '{{a.b}}' },
          },
        ],
      },
    }
    const dev = setUp(files)
    assert.deepEqual(dev.get('hello').env, { ALL: 'env-local-development', ID: 'demo-1abcde' })
    assert.equal(dev.get('hello').timeoutMs, 11_000)
    assert.equal(dev.problems().length, 2)
    assert.match(dev.problems()[0] ?? '', /^hello: cloudbaserc\.json: envVariables: NO: .*no \.env file sets NO/)
    assert.equal(setUp(files, {}, 'start').get('hello').env.ALL, 'env-local-production')
  })

  test('templates that grow without end are cut off', () => {
    const setup = setUp({
      ...HELLO,
      '.env': `A=${'x'.repeat(90_000)}`,
      'cloudbaserc.json': { functions: [{ name: 'hello', envVariables: { B: '{{env.A}}'.repeat(50_000) } }] },
    })
    assert.deepEqual(setup.get('hello').env, {})
    assert.match(setup.problems()[0] ?? '', /longer than/)
  })
})
