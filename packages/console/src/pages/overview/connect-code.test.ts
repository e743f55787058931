import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectCode, PLATFORMS } from './connect-code.ts'

test('the code has the environment id and the endpoint with its scheme', () => {
  const web = connectCode('web', 'demo-1abcde', 'https://files.example.com')
  assert.match(web, /cloudbase\.init\(\{ env: 'demo-1abcde' \}\)/)
  assert.match(web, /registerEndPoint\('\/\/files\.example\.com\/web', 'https'\)/)
  assert.match(web, /url: '\/\/files\.example\.com\/v1', protocol: 'https'/)
  const node = connectCode('node', 'demo-1abcde', 'http://127.0.0.1:8787')
  assert.match(node, /serviceUrl: 'http:\/\/127\.0\.0\.1:8787\/admin'/)
  assert.equal(new Set(PLATFORMS.map((platform) => connectCode(platform, 'e', 'http://h'))).size, PLATFORMS.length)
})
