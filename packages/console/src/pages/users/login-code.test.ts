import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loginCode } from './login-code.ts'

test('the code connects the SDK to this server, over http or https', () => {
  const plain = loginCode('demo-1abcde', 'http://127.0.0.1:8787')
  assert.match(plain, /env: 'demo-1abcde'/)
  assert.match(plain, /registerHost\('127\.0\.0\.1:8787', 'http'\)/)
  const secure = loginCode('demo-1abcde', 'https://cloud.example.com')
  assert.match(secure, /registerHost\('cloud\.example\.com', 'https'\)/)
})
