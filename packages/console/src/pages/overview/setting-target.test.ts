import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingTarget } from './setting-target.ts'

test('a warning links to the page where its setting is changed', () => {
  assert.deepEqual(settingTarget('storage.acl'), { to: 'permissions', query: {} })
  assert.deepEqual(settingTarget('database.collections.a.b.acl'), { to: 'permissions', query: { collection: 'a.b' } })
  assert.deepEqual(settingTarget('functions.rules'), { to: 'permissions', query: { functions: 1 } })
  assert.deepEqual(settingTarget('auth.anonymous'), { to: 'settings', query: { key: 'auth.anonymous' } })
})
