import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requireScope } from './caller.ts'
import { holdsScope, parseScopes } from './scopes.ts'

test('an area alone means write, write includes read, and no scopes means everything', () => {
  assert.deepEqual(parseScopes('storage:read, database'), ['database:write', 'storage:read'])
  assert.deepEqual(parseScopes('users,users:write'), ['users:write'])
  for (const text of ['', 'storage:', 'storage:all', 'Storage', 'keys', 'storage:read;database', '__proto__']) {
    assert.throws(() => parseScopes(text), { code: 'INVALID_PARAM' }, text)
  }
  assert.equal(holdsScope(undefined, 'users:write'), true)
  assert.equal(holdsScope(['storage:write'], 'storage:read'), true)
  assert.equal(holdsScope(['storage:read'], 'storage:write'), false)
  assert.equal(holdsScope(['storage:write'], 'database:read'), false)
  assert.equal(holdsScope([], 'database:read'), false)
  assert.throws(() => requireScope({ kind: 'admin', keyId: 'k', scopes: ['users:read'] }, 'users:write'), {
    code: 'ACTION_FORBIDDEN',
    message: /users:write/,
  })
  requireScope({ kind: 'nobody' }, 'users:write')
})
