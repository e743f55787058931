import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectCode, SDKS } from './connect-code.ts'

test('the code has the environment id and the endpoint with its scheme', () => {
  const latest = connectCode('js-sdk-3', 'demo-1abcde', 'https://files.example.com')
  assert.match(latest, /cloudbase\.init\(\{ env: 'demo-1abcde'/)
  assert.match(latest, /registerHost\('files\.example\.com', 'https'\)/)
  const older = connectCode('js-sdk-2', 'demo-1abcde', 'http://127.0.0.1:8787')
  assert.match(older, /registerEndPoint\('\/\/127\.0\.0\.1:8787\/web', 'http'\)/)
  assert.match(older, /url: '\/\/127\.0\.0\.1:8787\/v1', protocol: 'http'/)
  assert.match(connectCode('node-sdk', 'e', 'http://h:1'), /serviceUrl: 'http:\/\/h:1\/admin'/)
  assert.match(connectCode('wx-server-sdk', 'e', 'http://h:1'), /"URL":"http:\/\/h:1\/admin"[\s\S]*SCF_NAMESPACE=e$/)
  assert.equal(new Set(SDKS.map((sdk) => connectCode(sdk, 'e', 'http://h'))).size, SDKS.length)
})
