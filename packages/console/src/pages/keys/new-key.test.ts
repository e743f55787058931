import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyFileName, keyText, keyUsageCode, type NewKey } from './new-key.ts'

const API: NewKey = {
  kind: 'api',
  id: 'CS0123456789abcdef01234567',
  file: { secretId: 'CS0123456789abcdef01234567', secretKey: 'secret-half', apiKey: 'cs_whole' },
}
const LOGIN: NewKey = {
  kind: 'login',
  id: '12345678-aaaa',
  file: { private_key_id: '12345678-aaaa', private_key: '-----BEGIN\n', env_id: 'demo-1abcde' },
}

test('the file is the key as the server returned it, and its name has the id', () => {
  assert.deepEqual(JSON.parse(keyText(API)), API.file)
  assert.deepEqual(JSON.parse(keyText(LOGIN)), LOGIN.file)
  assert.equal(keyFileName(API), 'cloudstead-api-key-CS01234567.json')
  assert.equal(keyFileName(LOGIN), 'cloudstead-login-key-12345678-a.json')
})

test('the code has the file name, the environment id and this server, and no secret', () => {
  const lines = keyUsageCode(API, 'demo-1abcde', 'http://127.0.0.1:8787')
  assert.match(lines, /require\('\.\/cloudstead-api-key-CS01234567\.json'\)/)
  assert.match(lines, /serviceUrl: 'http:\/\/127\.0\.0\.1:8787\/admin'/)
  assert.match(keyUsageCode(LOGIN, 'demo-1abcde', 'x'), /env: 'demo-1abcde', credentials: key/)
  for (const secret of ['secret-half', 'cs_whole']) assert.equal(lines.includes(secret), false)
})
