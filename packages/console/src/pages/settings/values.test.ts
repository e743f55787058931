import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Setting } from '@cloudstead/admin-api'
import fc from 'fast-check'
import { bytesOf, heldText, secondsOf, sizeOf, textOfSize, typedValue, UNITS } from './values.ts'

test('a size is a number with a unit, between one byte and 5 GB', () => {
  assert.deepEqual(sizeOf('100MB'), { number: '100', unit: 'MB' })
  assert.deepEqual(sizeOf(' 1.5 GB '), { number: '1.5', unit: 'GB' })
  assert.deepEqual(sizeOf('12'), { number: '12', unit: 'B' })
  assert.deepEqual(sizeOf(''), { number: '', unit: 'B' })
  for (const [text, bytes] of [
    ['1KB', 1024],
    ['1.5MB', 1.5 * 1024 ** 2],
    ['5GB', 5 * 1024 ** 3],
    ['0MB', undefined],
    ['0.5B', undefined],
    ['5.1GB', undefined],
    ['-1MB', undefined],
    ['1e3MB', undefined],
    ['MB', undefined],
    ['', undefined],
  ] as const) {
    assert.equal(bytesOf(text), bytes, text)
  }
})

test('the text of a size is split into the same number and unit', () => {
  const number = fc.oneof(fc.stringMatching(/^[0-9.x-]{0,6}$/), fc.constantFrom('', '100', '1.5'))
  fc.assert(
    fc.property(number, fc.constantFrom(...UNITS), (typed, unit) => {
      assert.deepEqual(sizeOf(textOfSize({ number: typed, unit })), { number: typed, unit })
    }),
  )
})

test('seconds are whole numbers from 1 to one day', () => {
  assert.deepEqual(['1', ' 600 ', '86400'].map(secondsOf), [1, 600, 86_400])
  assert.deepEqual(['0', '86401', '1.5', '', 'x', '-1', '1e2', '100000'].map(secondsOf), Array(8).fill(undefined))
})

test('each kind has its own values and problems', () => {
  assert.deepEqual(typedValue('size', '10 MB'), { value: '10MB' })
  assert.deepEqual(typedValue('size', 'x'), { problem: 'size' })
  assert.deepEqual(typedValue('seconds', '60'), { value: 60 })
  assert.deepEqual(typedValue('seconds', '1.5'), { problem: 'seconds' })
  assert.deepEqual(typedValue('text', ' wx1 '), { value: 'wx1' })
  assert.deepEqual(typedValue('text', '  '), { problem: 'empty' })
  assert.deepEqual(typedValue('secret', ' s '), { value: ' s ' }, 'a secret is taken as it is')
  assert.deepEqual(typedValue('choice', 'path'), { value: 'path' })
  assert.deepEqual(typedValue('indexes', '["a"]'), { value: ['a'] })
  const broken = typedValue('indexes', '["a"')
  assert.ok('problem' in broken && broken.problem === 'json' && broken.detail !== undefined)
})

test('the text of a field is parsed to the value that it was made from', () => {
  const held: readonly (readonly [Setting['kind'], unknown])[] = [
    ['size', '100MB'],
    ['seconds', 7200],
    ['text', 'https://api.weixin.qq.com'],
    ['choice', 'creator'],
    ['boolean', false],
    ['indexes', [{ fields: { a: 1 }, unique: true }]],
  ]
  for (const [kind, value] of held) {
    assert.deepEqual(typedValue(kind, heldText({ kind, value } as Setting)), { value })
  }
  assert.equal(heldText({ kind: 'size', value: 10 } as Setting), '10B')
  assert.equal(heldText({ kind: 'secret' } as Setting), '')
})
