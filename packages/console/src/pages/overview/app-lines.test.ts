import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appLines, PLATFORMS, targetOfSetting } from './app-lines.ts'

test('the lines name the environment and the address, with the scheme of the address', () => {
  const web = appLines('web', 'demo-1abcde', 'https://files.example.com')
  assert.match(web, /cloudbase\.init\(\{ env: 'demo-1abcde' \}\)/)
  assert.match(web, /registerEndPoint\('\/\/files\.example\.com\/web', 'https'\)/)
  assert.match(web, /url: '\/\/files\.example\.com\/v1', protocol: 'https'/)
  const node = appLines('node', 'demo-1abcde', 'http://127.0.0.1:8787')
  assert.match(node, /serviceUrl: 'http:\/\/127\.0\.0\.1:8787\/admin'/)
  assert.equal(new Set(PLATFORMS.map((platform) => appLines(platform, 'e', 'http://h'))).size, PLATFORMS.length)
})

test('a warning leads to the place where its setting is changed', () => {
  assert.deepEqual(targetOfSetting('storage.acl'), { to: 'permissions', query: {} })
  assert.deepEqual(targetOfSetting('database.collections.a.b.acl'), { to: 'permissions', query: { collection: 'a.b' } })
  assert.deepEqual(targetOfSetting('auth.anonymous'), { to: 'settings', query: { key: 'auth.anonymous' } })
})
