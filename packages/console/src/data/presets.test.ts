import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modeName, PRESETS, presetOf, presetText } from './presets.ts'

test('presets and custom rules are distinguished by their text', () => {
  for (const preset of PRESETS) assert.equal(presetOf(presetText(preset)), preset)
  assert.equal(presetOf(' \n"PRIVATE" \n'), 'PRIVATE')
  for (const text of ['', '{}', '"PUBLIC"', '{ "read": "PRIVATE" }']) assert.equal(presetOf(text), undefined)
})

test('every preset has its own name, and any other value is custom rules', () => {
  assert.equal(new Set(PRESETS.map(modeName)).size, PRESETS.length)
  for (const acl of ['CUSTOM', { read: true }, undefined]) assert.equal(modeName(acl), 'Custom rules')
})
