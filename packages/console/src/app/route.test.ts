import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressOfTarget, PAGES, routeOf } from './route.ts'

test('addresses of the Console are routes, and other addresses are not', () => {
  const found = (address: string) => {
    const { pathname, search } = new URL(address, 'http://x')
    return routeOf(pathname, search)
  }
  assert.deepEqual(found('/console/'), { page: 'overview', path: [], query: {} })
  assert.deepEqual(found('/console'), { page: 'overview', path: [], query: {} })
  assert.deepEqual(found('/console/storage?folder=a%2Fb%20c%2F'), {
    page: 'storage',
    path: [],
    query: { folder: 'a/b c/' },
  })
  assert.deepEqual(found('/console/users/u%2F1'), { page: 'users', path: ['u/1'], query: {} })
  assert.equal(found('/console/nothing'), undefined)
  assert.equal(found('/consoles/storage'), undefined)
  assert.equal(found('/other'), undefined)
  assert.equal(found('/console/users/%E0%A4%A'), undefined)
})

test('the overview has the shortest address, and empty query members are omitted', () => {
  assert.equal(addressOfTarget({ to: 'overview' }), '/console/')
  assert.equal(
    addressOfTarget({ to: 'keys', query: { a: undefined, b: '', c: 0, d: false } }),
    '/console/keys?c=0&d=false',
  )
})

test('the address of every target is parsed to the same target', () => {
  // A segment . or .. is taken out of every address by the browser.
  const segment = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/^\.{1,2}$/.test(text))
  const query = fc.dictionary(
    fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => name !== '__proto__'),
    fc.string({ minLength: 1, unit: 'grapheme' }),
  )
  fc.assert(
    fc.property(fc.constantFrom(...PAGES), fc.array(segment, { maxLength: 3 }), query, (to, path, asked) => {
      const { pathname, search } = new URL(addressOfTarget({ to, path, query: asked }), 'http://x')
      const found = routeOf(pathname, search)
      assert.deepEqual(found, { page: to, path, query: { ...asked } })
    }),
  )
})
