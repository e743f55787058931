import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, test } from 'node:test'
import fc from 'fast-check'
import type { FunctionsSettings, Mode } from '../../settings.ts'
import { MAIN, type ProjectSetup, setUpProject } from './project.fixture.ts'

const opened: ProjectSetup[] = []
afterEach(() => {
  for (const setup of opened.splice(0)) setup.dispose()
})

function setUp(
  files: Readonly<Record<string, unknown>>,
  settings: Partial<FunctionsSettings> = {},
  mode: Mode = 'dev',
) {
  const setup = setUpProject(files, settings, mode)
  opened.push(setup)
  return setup
}

const HELLO = { 'cloudfunctions/hello/index.js': MAIN }
const names = ({ project }: ProjectSetup) => [...project.current().functions.keys()]

describe('folders', () => {
  test('with an index.js are functions, by name; everything else in the root is not', () => {
    const setup = setUp({
      ...HELLO,
      'cloudfunctions/Ab-1_c/index.js': MAIN,
      'cloudfunctions/.git/index.js': MAIN,
      'cloudfunctions/node_modules/index.js': MAIN,
      'cloudfunctions/notes/readme.md': '',
      'cloudfunctions/index.js': MAIN,
      'cloudfunctions/constructor/index.js': MAIN,
    })
    assert.deepEqual(names(setup), ['Ab-1_c', 'constructor', 'hello'])
    assert.deepEqual(setup.problems(), [])
    const { version, ...hello } = setup.get('hello')
    assert.match(version, /^[0-9a-f]{16}$/)
    assert.deepEqual(hello, {
      name: 'hello',
      directory: join(setup.root, 'hello'),
      handler: 'index.main',
      file: join(setup.root, 'hello/index.js'),
      exported: 'main',
      timeoutMs: 5_000,
      memoryMB: 256,
      maxInstances: 10,
      idleMs: 60_000,
      env: {},
      triggers: [],
      allow: [],
      sandbox: true,
      readable: [setup.base],
      unsupported: undefined,
    })
  })

  test('whose name is not valid are problems that say what to rename', () => {
    const setup = setUp({ 'cloudfunctions/my.func/index.js': MAIN, 'cloudfunctions/__proto__/index.js': MAIN })
    assert.deepEqual(names(setup), [])
    assert.match(setup.problems()[0] ?? '', /"__proto__".*rename it to proto:/)
    assert.match(setup.problems()[1] ?? '', /"my\.func".*rename it to my-func:/)
  })

  test('that are symbolic links', () => {
    const setup = setUp({ 'elsewhere/index.js': MAIN })
    symlinkSync('../elsewhere', join(setup.root, 'linked'))
    symlinkSync('nowhere', join(setup.root, 'broken'))
    symlinkSync('loop', join(setup.root, 'loop'))
    assert.deepEqual(names(setup), ['linked'])
    assert.equal(setup.get('linked').directory, join(setup.base, 'elsewhere'))
    assert.equal(setup.problems().length, 2)
  })

  test('without a root there are none', () => {
    const setup = setUp(HELLO, { root: undefined })
    assert.deepEqual(setup.project.current(), { root: undefined, functions: new Map(), routes: [], problems: [] })
  })

  test('a root that does not exist is a problem until it does', () => {
    const setup = setUp({})
    rmSync(setup.root, { recursive: true })
    assert.deepEqual(setup.problems(), [`there is no directory ${setup.root} of functions`])
    setup.write(HELLO)
    assert.deepEqual(names(setup), ['hello'])
    assert.deepEqual(setup.problems(), [])
    assert.equal(setup.logged.length, 1)
  })
})

describe('an edit is live at the very next call', () => {
  test('of folders, files, cloudbaserc.json, config.json, package.json and .env', () => {
    const setup = setUp(HELLO)
    const edits: readonly (readonly [Readonly<Record<string, unknown>>, () => unknown, unknown])[] = [
      [{ 'cloudfunctions/more/index.js': MAIN }, () => names(setup), ['hello', 'more']],
      [
        { 'cloudbaserc.json': { functions: [{ name: 'hello', timeout: 9 }] } },
        () => setup.get('hello').timeoutMs,
        9_000,
      ],
      [
        { 'cloudbaserc.json': { functions: [{ name: 'hello', timeout: 8 }] } },
        () => setup.get('hello').timeoutMs,
        8_000,
      ],
      [
        { 'cloudbaserc.json': { functions: [{ name: 'hello', envVariables: { A: '{{env.A}}' } }] }, '.env': 'A=1' },
        () => setup.get('hello').env,
        { A: '1' },
      ],
      [{ '.env': 'A=2' }, () => setup.get('hello').env, { A: '2' }],
      [{ '.env.local': 'A=3' }, () => setup.get('hello').env, { A: '3' }],
      [
        { 'cloudfunctions/hello/config.json': { triggers: [{ name: 't', type: 'timer', config: '0 0 2 * * * *' }] } },
        () => setup.get('hello').triggers,
        [{ name: 't', cron: '0 0 2 * * * *' }],
      ],
      [
        { 'cloudfunctions/hello/package.json': { type: 'module' } },
        () => setup.get('hello').unsupported !== undefined,
        true,
      ],
      [{ 'cloudfunctions/hello/package.json': {} }, () => setup.get('hello').unsupported, undefined],
    ]
    for (const [files, read, expected] of edits) {
      const before = setup.get('hello').version
      setup.write(files)
      assert.deepEqual(read(), expected)
      if (!('cloudfunctions/more/index.js' in files)) assert.notEqual(setup.get('hello').version, before)
    }
    rmSync(join(setup.root, 'more'), { recursive: true })
    assert.deepEqual(names(setup), ['hello'])
  })

  test('the version stays when nothing of the function has changed', () => {
    const setup = setUp({
      ...HELLO,
      'cloudbaserc.json': { functions: [{ name: 'hello', envVariables: { ID: '{{util.uid}}' } }] },
    })
    const before = setup.get('hello')
    assert.match(before.env.ID ?? '', /^[0-9a-f]{24}$/)
    setup.write({ 'cloudfunctions/more/index.js': MAIN })
    assert.equal(names(setup).length, 2)
    assert.deepEqual(setup.get('hello'), before)
  })

  test('unless files are not watched: then with the next change of the settings', () => {
    const setup = setUp(HELLO, { watch: false })
    const before = setup.project.current()
    setup.write({ 'cloudfunctions/more/index.js': MAIN })
    assert.equal(setup.project.current(), before)
    setup.set({ env: { A: '1' } })
    assert.deepEqual(names(setup), ['hello', 'more'])
  })

  test('a problem is logged once, and again after it was gone', () => {
    const setup = setUp({ ...HELLO, 'cloudbaserc.json': '{' })
    setup.problems()
    setup.write({ 'cloudfunctions/more/index.js': MAIN })
    setup.problems()
    assert.equal(setup.logged.length, 1)
    setup.write({ 'cloudbaserc.json': '{}' })
    setup.problems()
    setup.write({ 'cloudbaserc.json': '{' })
    setup.problems()
    assert.equal(setup.logged.length, 2)
    assert.match(setup.logged[0] ?? '', /^functions: cloudbaserc\.json: not valid JSON/)
  })
})

describe('precedence', () => {
  const timer = (name: string, config = '0 0 2 * * * *') => ({ name, type: 'timer', config })

  test('of limits and handler: settings, cloudbaserc.json, defaults, built in', () => {
    const setup = setUp(
      {
        'cloudfunctions/all/index.js': MAIN,
        'cloudfunctions/some/index.js': MAIN,
        'cloudfunctions/all/src/x.js': MAIN,
        'cloudbaserc.json': {
          functions: [
            { name: 'all', timeout: 20, memorySize: 512, handler: 'index.main' },
            { name: 'some', timeout: 20 },
          ],
        },
      },
      {
        defaults: { timeout: 7, memorySize: 128, idle: 5 },
        options: new Map([['all', { timeout: 30, handler: 'src/x.other', maxInstances: 2 }]]),
      },
    )
    const { timeoutMs, memoryMB, maxInstances, idleMs, file, exported } = setup.get('all')
    assert.deepEqual([timeoutMs, memoryMB, maxInstances, idleMs], [30_000, 512, 2, 5_000])
    assert.deepEqual([file, exported], [join(setup.root, 'all/src/x.js'), 'other'])
    const some = setup.get('some')
    assert.deepEqual([some.timeoutMs, some.memoryMB, some.maxInstances], [20_000, 128, 10])
  })

  test('of variables: settings of the function, cloudbaserc.json, settings of all', () => {
    const setup = setUp(
      {
        ...HELLO,
        'cloudbaserc.json': { functions: [{ name: 'hello', envVariables: { A: 'file', B: 'file', N: 1 } }] },
      },
      { env: { A: 'all', B: 'all', C: 'all' }, options: new Map([['hello', { env: { A: 'own' } }]]) },
    )
    assert.deepEqual(setup.get('hello').env, { A: 'own', B: 'file', C: 'all', N: '1' })
  })

  test('of timers: those of both files by name, or those of the settings', () => {
    const setup = setUp({
      ...HELLO,
      'cloudbaserc.json': { functions: [{ name: 'hello', triggers: [timer('a'), timer('b')] }] },
      'cloudfunctions/hello/config.json': `{ // mine\n "triggers": ${JSON.stringify([timer('b', '0 0 3 * * * *'), timer('c')])}, }`,
    })
    const cron = '0 0 2 * * * *'
    assert.deepEqual(setup.get('hello').triggers, [
      { name: 'a', cron },
      { name: 'b', cron },
      { name: 'c', cron },
    ])
    setup.set({ options: new Map([['hello', { triggers: [] }]]) })
    assert.deepEqual(setup.get('hello').triggers, [])
    assert.deepEqual(setup.problems(), [])
  })

  test('of routes: settings, cloudbaserc.json', () => {
    const route = { path: '/a', function: 'hello', auth: true, wholePath: false }
    const setup = setUp(
      {
        ...HELLO,
        'cloudbaserc.json': {
          gateway: { routes: ['/a', '/a/b'].map((path) => ({ path, target: 'function:hello' })) },
        },
      },
      { http: [route] },
    )
    assert.deepEqual(setup.project.current().routes, [
      { path: '/a/b', function: 'hello', auth: false, wholePath: false },
      route,
    ])
  })
})

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
    ['a project of ES modules', { 'f1/index.js': MAIN, '../package.json': { type: 'module' } }, /"commonjs"/],
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

  test('.cjs runs in an ES module project', () => {
    const setup = setUp({ 'cloudfunctions/f1/index.cjs': MAIN, 'cloudfunctions/f1/package.json': { type: 'module' } })
    assert.equal(setup.get('f1').unsupported, undefined)
    assert.equal(setup.get('f1').file, join(setup.root, 'f1/index.cjs'))
  })
})

describe('readable are the project and what its packages link to', () => {
  test('as npm workspaces and pnpm link them', () => {
    const other = setUp({
      'packages/shared/index.js': '',
      'packages/shared/node_modules/x/index.js': '',
      'node_modules/.pnpm/lib@1/node_modules/@s/lib/index.js': '',
      'deep/index.js': '',
      'apps/x.js': '',
    })
    const setup = setUp({ ...HELLO, 'cloudfunctions/hello/node_modules/plain/index.js': '', 'inside/index.js': '' })
    mkdirSync(join(setup.base, 'node_modules/@s'), { recursive: true })
    const link = (target: string, path: string) => symlinkSync(target, join(setup.base, path))
    link(join(other.base, 'packages/shared'), 'cloudfunctions/hello/node_modules/shared')
    link(join(other.base, 'node_modules/.pnpm/lib@1/node_modules/@s/lib'), 'node_modules/@s/lib')
    link(join(setup.base, 'inside'), 'node_modules/inside')
    link('/', 'node_modules/everything')
    link('nowhere', 'node_modules/broken')
    symlinkSync(join(other.base, 'deep'), join(other.base, 'packages/shared/node_modules/deep'))
    const expected = ['deep', 'node_modules', 'packages/shared'].map((path) => join(other.base, path))
    assert.deepEqual(setup.get('hello').readable, [setup.base, ...expected].sort())
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
