import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FunctionRoute } from '../../settings.ts'
import { routeOf } from './route-of.ts'

function route(path: string, more: Partial<FunctionRoute> = {}): FunctionRoute {
  return { path, function: path, auth: false, wholePath: false, ...more }
}

/** The path of the route, and the path that the function sees. */
function found(path: string, ...routes: FunctionRoute[]): readonly (string | undefined)[] {
  const sorted = routes.toSorted((one, other) => other.path.length - one.path.length)
  const routed = routeOf(path, sorted)
  return [routed?.route.path, routed?.path]
}

test('the longest route that ends at a slash wins', () => {
  const routes = [route('/a'), route('/a/b'), route('/获取')]
  assert.deepEqual(found('/a', ...routes), ['/a', '/'])
  assert.deepEqual(found('/a/', ...routes), ['/a', '/'])
  assert.deepEqual(found('/a/bc/d', ...routes), ['/a', '/bc/d'])
  assert.deepEqual(found('/a/b', ...routes), ['/a/b', '/'])
  assert.deepEqual(found('/a/b/c//d/', ...routes), ['/a/b', '/c//d/'])
  assert.deepEqual(found('/%61/%E5%9B%BE?', ...routes), ['/a', '/%E5%9B%BE?'])
  assert.deepEqual(found(`/${encodeURIComponent('获取')}/x`, ...routes), ['/获取', '/x'])
  for (const none of ['', '/', '/ab', '/A', '/b', '//a', '/a%20', '/x/a', '/%2561']) {
    assert.deepEqual(found(none, ...routes), [undefined, undefined], none)
  }
})

test('the route / takes what no other takes', () => {
  const routes = [route('/'), route('/a')]
  assert.deepEqual(found('', ...routes), ['/', '/'])
  assert.deepEqual(found('/', ...routes), ['/', '/'])
  assert.deepEqual(found('/ab/c', ...routes), ['/', '/ab/c'])
  assert.deepEqual(found('/a/c', ...routes), ['/a', '/c'])
})

test('the function sees the rest, the whole path, or the rest after another beginning', () => {
  const whole = { wholePath: true }
  assert.deepEqual(found('/a/b/%20c', route('/a/b', whole)), ['/a/b', '/a/b/%20c'])
  assert.deepEqual(found('/a', route('/a', whole)), ['/a', '/a'])
  assert.deepEqual(found('', route('/', whole)), ['/', '/'])
  for (const rewrite of ['/api', '/api/']) {
    assert.deepEqual(found('/a/b', route('/a', { rewrite })), ['/a', '/api/b'])
    assert.deepEqual(found('/a', route('/a', { rewrite, wholePath: true })), ['/a', '/api'])
    assert.deepEqual(found('/b', route('/', { rewrite })), ['/', '/api/b'])
  }
  assert.deepEqual(found('/a/b', route('/a', { rewrite: '/' })), ['/a', '/b'])
  assert.deepEqual(found('/a', route('/a', { rewrite: '/' })), ['/a', '/'])
})

test('a path that could mean another one is refused, also where no route is', () => {
  const paths = [
    '/a/../b',
    '/a/..',
    '/./a',
    '/a/%2e%2E/b',
    '/a/.%2e',
    '/a%2fb',
    '/a%2Fb',
    '/a%5cb',
    '/a\\b',
    '/a%00',
    '/%zz',
  ]
  for (const path of [...paths, '/%ff', '/a/%c0%af']) {
    assert.throws(() => routeOf(path, [route('/a')]), { code: 'INVALID_PARAM' }, path)
  }
  assert.deepEqual(found('/a/..b/...', route('/a')), ['/a', '/..b/...'])
})
