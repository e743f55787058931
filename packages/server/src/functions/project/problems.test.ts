import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { eachProject, MAIN, type ProjectSetup } from './project.fixture.ts'

const setUp = eachProject()

const HELLO = { 'cloudfunctions/hello/index.js': MAIN }
const names = ({ project }: ProjectSetup) => [...project.current().functions.keys()]

describe('what cannot be used is a problem, and the nearest that can is used', () => {
  test('limits out of their range', () => {
    const setup = setUp(
      { ...HELLO, 'cloudbaserc.json': { functions: [{ name: 'hello', timeout: 901, memorySize: '32' }] } },
      { defaults: { idle: 0, maxInstances: 1.4 } },
    )
    const { timeoutMs, memoryMB, idleMs, maxInstances } = setup.get('hello')
    assert.deepEqual([timeoutMs, memoryMB, idleMs, maxInstances], [900_000, 64, 1_000, 1])
    assert.deepEqual(setup.problems().length, 4)
    assert.match(setup.problems()[0] ?? '', /^hello: timeout must be from 1 to 900, not 901; 900 is used$/)
  })

  test('variables of the server, and names and values that are none', () => {
    const refused = [
      'TENCENTCLOUD_SECRETID',
      'TCB_ENV',
      'SCF_NAMESPACE',
      'WX_OPENID',
      'WX_CONTEXT_KEYS',
      'PATH',
      'HOME',
    ]
    const more = ['TMPDIR', 'NODE_OPTIONS', 'LD_PRELOAD', 'LOGINTYPE', 'TRIGGER_SRC', '1X', 'a b', '']
    const bad = Object.fromEntries([...refused, ...more].map((name) => [name, 'x']))
    const good = { TZ: 'Asia/Shanghai', NODE_ENV: 'production', WX_APPID: 'wx1', WX_SECRET: 's', PATHS: '1' }
    const setup = setUp({
      ...HELLO,
      'cloudbaserc.json': { functions: [{ name: 'hello', envVariables: { ...bad, ...good } }] },
    })
    assert.deepEqual(setup.get('hello').env, good)
    assert.equal(setup.problems().length, Object.keys(bad).length)
    setup.set({ env: JSON.parse('{ "__proto__": "1", "NUL": "a\\u0000b" }') })
    assert.equal(Object.hasOwn(setup.get('hello').env, '__proto__'), true)
    assert.equal('NUL' in setup.get('hello').env, false)
  })

  test('timers', () => {
    const triggers = [
      { name: 'five', type: 'timer', config: '*/5 * * * *' },
      { name: 'cos', type: 'cos', config: '{}' },
      { name: 'x'.repeat(61), type: 'timer', config: '0 0 2 * * * *' },
      { name: 'good', type: 'timer', config: '0 0 2 * * * *' },
      { name: 'good', type: 'timer', config: '0 0 3 * * * *' },
      'nonsense',
    ]
    const setup = setUp({ ...HELLO, 'cloudbaserc.json': { functions: [{ name: 'hello', triggers }] } })
    assert.deepEqual(setup.get('hello').triggers, [{ name: 'good', cron: '0 0 2 * * * *' }])
    assert.equal(setup.problems().length, 5)
  })

  test('functions that only the settings know', () => {
    const setup = setUp(HELLO, { options: new Map([['gone', { timeout: 3 }]]) })
    assert.deepEqual(setup.problems(), ['gone: the settings name it, but there is no such function'])
  })
})

describe('nothing on the disk makes it fail', () => {
  test('a large, a broken, a recursive cloudbaserc.json', () => {
    for (const content of [' '.repeat(10_000_000), '{', '[', '[1]', 'null', '"x"', '['.repeat(900_000), '\0']) {
      const setup = setUp({ ...HELLO, 'cloudbaserc.json': content })
      assert.deepEqual(names(setup), ['hello'])
      assert.equal(setup.problems().length, 1, content.slice(0, 5))
    }
  })

  test('directories in the place of files', () => {
    const setup = setUp({ ...HELLO })
    for (const path of ['cloudbaserc.json', 'cloudfunctions/hello/config.json', 'cloudfunctions/hello/package.json']) {
      mkdirSync(join(setup.base, path))
    }
    assert.deepEqual(names(setup), ['hello'])
    assert.equal(setup.problems().length, 3)
  })

  test('a directory without permission', { skip: process.getuid?.() === 0 && 'root may read everything' }, () => {
    const setup = setUp(HELLO)
    chmodSync(join(setup.root, 'hello'), 0)
    try {
      assert.match(setup.problems()[0] ?? '', /cannot be read/)
    } finally {
      chmodSync(join(setup.root, 'hello'), 0o700)
    }
  })

  test('a root that is a file', () => {
    const setup = setUp({})
    rmSync(setup.root, { recursive: true })
    writeFileSync(setup.root, '')
    assert.deepEqual(names(setup), [])
    assert.match(setup.problems()[0] ?? '', /cannot be read: it is not a directory/)
  })

  test('values of any shape', () => {
    const keys = [
      'name',
      'dir',
      'handler',
      'timeout',
      'memorySize',
      'envVariables',
      'triggers',
      'type',
      'runtime',
      'config',
    ]
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('hello', '../..', '{{env.A}}', 1e300, -1, '\0', '__proto__'),
    )
    const entry = fc.oneof(fc.dictionary(fc.constantFrom(...keys), value), value)
    const whole = fc.record(
      {
        functions: fc.oneof(fc.array(entry), value),
        gateway: fc.oneof(fc.record({ routes: fc.array(value) }), value),
        functionRoot: value,
      },
      { requiredKeys: [] },
    )
    const setup = setUp(HELLO)
    fc.assert(
      fc.property(whole, value, (declared, config) => {
        setup.write({
          'cloudbaserc.json': JSON.stringify(declared),
          'cloudfunctions/hello/config.json': JSON.stringify(config),
        })
        const { functions } = setup.project.current()
        for (const { timeoutMs, memoryMB, env } of functions.values()) {
          assert.ok(timeoutMs >= 1_000 && timeoutMs <= 900_000 && memoryMB >= 64 && memoryMB <= 3_072)
          for (const text of Object.values(env)) assert.equal(typeof text, 'string')
        }
      }),
    )
  })
})
