/** Details of errors that the Console can show are in English and Chinese. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

/** Errors of these files reach SDKs and scripts only, never a page. */
const SDK_ONLY = [
  'packages/protocol/src/login-ticket.ts',
  'packages/protocol/src/tc3.ts',
  'packages/server/src/auth/admin-credentials.ts',
  'packages/server/src/auth/auth.ts',
  'packages/server/src/auth/sessions.ts',
  'packages/server/src/auth/users.ts',
  'packages/server/src/auth/wechat.ts',
  'packages/server/src/http/actions/',
  'packages/server/src/http/auth/',
  'packages/server/src/http/callers.ts',
  'packages/server/src/http/client-errors.ts',
  'packages/server/src/http/database-params.ts',
  'packages/server/src/http/gateway/',
  'packages/server/src/http/multipart.ts',
  'packages/server/src/http/objects.ts',
  'packages/server/src/http/params.ts',
]

/** An error whose message is a string instead of a text in both languages, or a function that makes one of a string. */
const ENGLISH_ONLY =
  /new CloudsteadError\(\s*[^,()]+,\s*['"`]|function \w+\((?:message|text): string[^)]*\): CloudsteadError/g

test('details of errors that the Console can show are in both languages: { en, zh }', () => {
  const files = globSync(['packages/protocol/src/**/*.ts', 'packages/server/src/**/*.ts']).filter(
    (file) => !/\.(?:test|fixture|contract)\.ts$/.test(file) && !SDK_ONLY.some((only) => file.startsWith(only)),
  )
  assert.ok(files.length > 150)
  const found = files.flatMap((file) => {
    const source = readFileSync(file, 'utf8').replaceAll(/^\s*(?:\*|\/\/).*$/gm, '')
    return [...source.matchAll(ENGLISH_ONLY)].map(({ 0: call }) => `${file}: ${call.replaceAll(/\s+/g, ' ')}`)
  })
  assert.deepEqual(found, [])
})
