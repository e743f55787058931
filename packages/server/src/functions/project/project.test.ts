import assert from 'node:assert/strict'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { eachProject, MAIN, type ProjectSetup } from './project.fixture.ts'

const setUp = eachProject()

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

  test('of one function, when only that matters; of another, later', () => {
    const setup = setUp({ ...HELLO, 'cloudfunctions/other/index.js': MAIN })
    const of = (name: string, asked?: string) => setup.project.current(asked).functions.get(name)?.triggers.length
    const timers = { triggers: [{ name: 't', type: 'timer', config: '0 0 2 * * * *' }] }
    assert.equal(of('hello', 'hello'), 0)
    setup.write({ 'cloudfunctions/hello/config.json': timers })
    assert.equal(of('hello', 'hello'), 1)
    setup.write({ 'cloudfunctions/other/config.json': timers })
    assert.equal(of('other'), 1)
    setup.write({ 'cloudbaserc.json': { functions: [{ name: 'hello', timeout: 9 }] } })
    assert.equal(setup.project.current('other').functions.get('hello')?.timeoutMs, 9_000)
    setup.write({ 'cloudfunctions/third/index.js': MAIN })
    assert.equal(setup.project.current('third').functions.has('third'), true)
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

  test('and the packages above it, as of a workspace', () => {
    const setup = setUp({ 'shop/cloudfunctions/hello/index.js': MAIN, 'node_modules/a/index.js': '', 'more/b.js': '' })
    setup.set({ root: join(setup.base, 'shop/cloudfunctions') })
    const expected = ['node_modules', 'shop'].map((path) => join(setup.base, path))
    assert.deepEqual(setup.get('hello').readable, expected)
  })
})

test('what is hidden in the project can be read by no function', () => {
  const files = {
    'cloudfunctions/fn/index.js': MAIN,
    'shared/a.js': '',
    'var/data/secrets.json': '{}',
    'var/other.txt': '',
    'package.json': {},
  }
  const setup = setUp(files, {}, 'dev', ['var/data'])
  const { base } = setup
  const readable = setup.get('fn').readable.map((path) => path.slice(base.length))
  assert.deepEqual(readable.toSorted(), ['/cloudfunctions', '/package.json', '/shared', '/var/other.txt'])
  const all = setUp(files, {}, 'dev', ['../elsewhere'])
  assert.deepEqual(all.get('fn').readable, [all.base])
})
