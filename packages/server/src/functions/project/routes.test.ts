import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FunctionRoute } from '../../settings.ts'
import { readRoutes, usableRoutes } from './routes.ts'

const route = (path: string, name = 'hello'): FunctionRoute => ({ path, function: name, auth: false, wholePath: true })

function use(own: readonly FunctionRoute[], declared: readonly FunctionRoute[] = []) {
  const problems: string[] = []
  const routes = usableRoutes(own, declared, new Set(['hello', 'other']), ({ en }) => problems.push(en))
  return { routes, paths: routes.map(({ path }) => path), problems }
}

test('the longest first', () => {
  assert.deepEqual(use([route('/'), route('/a'), route('/a/b')], [route('/c/d'), route('/你好')]), {
    ...use([]),
    routes: [route('/a/b'), route('/c/d'), route('/你好'), route('/a'), route('/')],
    paths: ['/a/b', '/c/d', '/你好', '/a', '/'],
  })
})

test('those of the settings win, without a problem', () => {
  const { routes, problems } = use([route('/a', 'other')], [route('/a/', 'hello')])
  assert.deepEqual(routes, [route('/a', 'other')])
  assert.deepEqual(problems, [])
})

test('of two in one place, the first', () => {
  const { routes, problems } = use([], [route('/a'), route('/a/', 'other')])
  assert.deepEqual(routes, [route('/a')])
  assert.deepEqual(problems, ['route "/a/": the path appears twice; the first one counts'])
})

test('a route to no function stays, so that no shorter one answers in its place', () => {
  const { paths, problems } = use([route('/'), route('/a', 'gone')])
  assert.deepEqual(paths, ['/a', '/'])
  assert.deepEqual(problems, ['route "/a": there is no function "gone"'])
})

describe('paths that cannot be routes', () => {
  for (const path of [
    ...[
      '',
      'a',
      '//',
      '/a//b',
      '//a',
      '/..',
      '/a/../b',
      '/a/.',
      '/.',
      '/a b',
      '/a?b',
      '/a#b',
      '/a%2fb',
      '/a*',
      '/a\\b',
    ],
    ...['/__auth', '/__auth/x', '/.well-known', '/.well-known/x', '/a\n', `/${'a'.repeat(600)}`],
  ]) {
    test(JSON.stringify(path.slice(0, 20)), () => {
      const { paths, problems } = use([route(path)])
      assert.deepEqual(paths, [])
      assert.equal(problems.length, 1)
    })
  }

  test('names that only begin like reserved ones can', () => assert.deepEqual(use([route('/__authors')]).problems, []))
})

describe('gateway.routes', () => {
  const read = (value: unknown) => {
    const problems: string[] = []
    return { routes: readRoutes(value, ({ en }) => problems.push(en)), problems }
  }

  test('with everything, and with nothing', () => {
    const all = { enableAuth: true, enablePathTransmission: true, pathRewrite: { prefix: '/v1' }, qpsPolicy: {} }
    assert.deepEqual(
      read([
        { path: '/a', target: 'function:hello', ...all },
        { path: '/b', target: 'function:hello' },
      ]),
      {
        routes: [
          { path: '/a', function: 'hello', auth: true, wholePath: true, rewrite: '/v1' },
          { path: '/b', function: 'hello', auth: false, wholePath: false },
        ],
        problems: [],
      },
    )
  })

  test('an enableAuth that is no boolean does not open the route', () => {
    assert.equal(read([{ path: '/a', target: 'function:hello', enableAuth: 'false' }]).routes[0]?.auth, true)
  })

  for (const bad of [
    {},
    'x',
    [null],
    [{ path: '/a' }],
    [{ path: '/a', target: 'cloudrun:x' }],
    [{ path: 1, target: 'function:x' }],
  ]) {
    test(`${JSON.stringify(bad)} is a problem`, () => {
      const { routes, problems } = read(bad)
      assert.deepEqual(routes, [])
      assert.equal(problems.length, 1)
    })
  }
})
