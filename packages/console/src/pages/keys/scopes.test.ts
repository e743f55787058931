import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ACCESSES, choiceOf, NOTHING, scopesOf } from './scopes.ts'

test('a choice is read again from its scopes', () => {
  const access = fc.constantFrom(...ACCESSES)
  fc.assert(
    fc.property(
      fc.record({ storage: access, database: access, functions: access, users: access, settings: access }),
      (choice) => {
        assert.deepEqual(choiceOf(scopesOf(choice)), { ...choice })
      },
    ),
  )
})

test('an area without access has no scope, and writing includes reading', () => {
  assert.deepEqual(scopesOf(NOTHING), [])
  assert.deepEqual(scopesOf({ ...NOTHING, storage: 'read', users: 'write' }), ['storage:read', 'users:write'])
  assert.equal(choiceOf(['users:read', 'users:write']).users, 'write')
})
