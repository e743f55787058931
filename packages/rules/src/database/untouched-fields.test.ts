/** `request.data.x == null` is true only when a request does not change x in any way. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import type { DocumentData } from './context.ts'
import { replacedData, updatedData } from './request-data.ts'
import { compileDatabaseRules } from './rules.ts'

const NOTE = { note: 'new' }

function allows(rule: string, data: DocumentData): boolean {
  return compileDatabaseRules({ update: rule }).evaluate('update', { auth: null, data, now: 0 }).allowed
}

/** Whether a request leaves fields unchanged. `stored` is undefined when the document is not known. */
const UPDATES: readonly (readonly [
  update: DocumentData,
  stored: DocumentData | undefined,
  role: boolean,
  profileRole: boolean,
])[] = [
  [{ $set: NOTE }, undefined, true, true],
  [{ $set: { role: 'admin' } }, undefined, false, true],
  [{ $set: { role: false } }, undefined, false, true],
  [{ $set: { role: null } }, undefined, false, true],
  [{ $set: { role: /x/ } }, {}, false, true],
  [{ $set: { profile: { role: /x/ } } }, {}, true, false],
  [{ $set: { role: null } }, { role: 'user' }, false, true],
  [{ $set: { role: null } }, { role: null }, true, true],
  [{ $set: { role: null } }, {}, true, true],
  [{ $set: { 'role.level': null } }, undefined, false, true],
  [{ $unset: { role: '' } }, {}, false, true],
  [{ $rename: { note: 'role' } }, {}, false, true],
  [{ $set: { profile: { role: 'admin' } } }, undefined, true, false],
  [{ $set: { 'profile.role': null } }, undefined, true, false],
  [{ $set: { 'profile.role': null } }, { profile: { role: 'user' } }, true, false],
  [{ $set: { 'profile.name': 'A' } }, { profile: { role: 'user' } }, true, true],
  [{ $set: { profile: { role: null } } }, undefined, true, false],
  // What it removes depends on the stored document, which the server checks before the change.
  [{ $set: { profile: { name: 'A' } } }, undefined, true, true],
  [{ $set: { profile: { name: 'A' } } }, { profile: { role: 'user' } }, true, false],
  [{ $set: { profile: { name: 'A' } } }, { profile: { name: 'B' } }, true, true],
  [{ $set: { profile: { name: 'A' } } }, { profile: 'flat' }, true, true],
  [{ $set: { profile: { name: 'A' } } }, {}, true, true],
  [{ $set: { profile: null } }, undefined, true, false],
  [{ $set: { profile: 'flat' } }, { profile: { role: 'user' } }, true, false],
  [{ $set: { profile: [] } }, { profile: { role: 'user' } }, true, false],
  [{ $set: { profile: 'flat' } }, { profile: 'other' }, true, true],
  [{ $inc: { profile: 1 } }, undefined, true, false],
  [{ $set: { 'profile.name': 'A' }, $unset: { profile: '' } }, undefined, true, false],
]

const REPLACEMENTS: readonly (readonly [
  document: DocumentData,
  stored: DocumentData,
  role: boolean,
  profileRole: boolean,
])[] = [
  [NOTE, {}, true, true],
  [NOTE, { _id: 'd', _openid: 'alice' }, true, true],
  [NOTE, { role: 'user' }, false, true],
  [{ role: 'user' }, { role: 'user' }, false, true],
  [{ role: null }, { role: 'user' }, false, true],
  [{ role: null }, {}, true, true],
  [NOTE, { profile: { role: 'user' } }, true, false],
  [{ profile: { name: 'A' } }, { profile: { role: 'user' } }, true, false],
  [{ profile: { name: 'A' } }, { profile: { name: 'B' } }, true, true],
  [{ profile: 'flat' }, { profile: { role: 'user' } }, true, false],
]

function check(data: DocumentData, role: boolean, profileRole: boolean): void {
  assert.equal(allows('request.data.role == null', data), role, 'role')
  assert.equal(allows('request.data.profile.role == null', data), profileRole, 'profile.role')
}

describe('whether role and profile.role are unchanged by', () => {
  for (const [update, stored, role, profileRole] of UPDATES) {
    test(`${inspect(update)} of ${stored === undefined ? 'an unknown document' : inspect(stored)}`, () => {
      check(updatedData(update, stored), role, profileRole)
    })
  }
  for (const [document, stored, role, profileRole] of REPLACEMENTS) {
    test(`${inspect(document)} instead of ${inspect(stored)}`, () => {
      check(replacedData(document, stored), role, profileRole)
    })
  }
})

test('a stored pattern is present: a create rule that requires the field to be missing denies it', () => {
  const rules = compileDatabaseRules({ create: 'doc.role == null', read: "doc.role != 'x' || doc.role.source == null" })
  const doc = { _openid: 'alice', role: /x/ }
  const decided = (operation: 'create' | 'read') =>
    rules.evaluate(operation, { auth: { uid: 'u1', loginType: 'CUSTOM' }, doc, data: doc, now: 0 }).allowed
  assert.equal(decided('create'), false)
  assert.equal(decided('read'), false)
})
