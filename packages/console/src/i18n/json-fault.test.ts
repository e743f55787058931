import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonFault } from './json-fault.ts'

/** What the browser says about a text that is not JSON. */
function messageOf(text: string): string {
  try {
    JSON.parse(text)
  } catch (error) {
    return (error as Error).message
  }
  return assert.fail('it is JSON')
}

test('the place of a fault is said in the language of the page', () => {
  assert.equal(jsonFault(messageOf('{\n "a": 1 2}'), 'zh'), '第 2 行第 9 列。')
  assert.equal(jsonFault(messageOf('{"a":'), 'zh'), '内容不完整。')
  assert.equal(jsonFault(messageOf('nonsense'), 'zh'), '')
  const message = messageOf('{"a": 1 2}')
  assert.equal(jsonFault(message, 'en'), message)
})
