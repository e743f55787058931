import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cellText, fileOf, filesOf, kindOf, numberFrom } from './values.ts'

const FILE = 'cloud://demo-1abcde.6465-demo-1abcde-1/users/中 文/a#b?.jpg'

describe('kinds of values', () => {
  for (const [value, kind] of [
    ['a', 'text'],
    ['cloud://x', 'text'],
    [FILE, 'file'],
    [1.5, 'number'],
    [{ $numberDouble: 'NaN' }, 'number'],
    [{ $numberLong: '5' }, 'number'],
    [true, 'boolean'],
    [null, 'null'],
    [{ $date: '2026-01-01T00:00:00.000Z' }, 'date'],
    [{ $date: 5 }, 'json'],
    [{ type: 'Point', coordinates: [1, 2] }, 'point'],
    [{ type: 'Point', coordinates: [1, 2], more: 1 }, 'object'],
    [{ type: 'Point', coordinates: ['1', 2] }, 'object'],
    [[1], 'array'],
    [{ a: 1 }, 'object'],
    [{}, 'object'],
    [{ $regularExpression: { pattern: 'a', options: '' } }, 'json'],
  ] as const) {
    it(`${JSON.stringify(value)} is ${kind}`, () => assert.equal(kindOf(value), kind))
  }

  it('a fileID is an environment and a path, byte for byte', () => {
    assert.deepEqual(fileOf(FILE), { env: 'demo-1abcde', path: 'users/中 文/a#b?.jpg' })
    assert.deepEqual(filesOf([FILE, FILE]), [FILE, FILE])
    assert.deepEqual([filesOf([]), filesOf([FILE, 1]), filesOf(FILE), filesOf('x')], [[], [], [FILE], []])
  })

  it('typed numbers are read, and other text is not', () => {
    assert.deepEqual(['1', ' -2.5 ', '+3', '1e3', '.5', 'NaN', '-0'].map(numberFrom), [
      1,
      -2.5,
      3,
      1000,
      0.5,
      { $numberDouble: 'NaN' },
      { $numberDouble: '-0.0' },
    ])
    assert.deepEqual(['', 'x', '0x10', '1,5', '1e999', '--1'].map(numberFrom), Array(6).fill(undefined))
  })

  it('cells show values in few characters', () => {
    assert.deepEqual(
      [1, 'x', { type: 'Point', coordinates: [1, 2] }, [1, { a: 2 }], { $numberDouble: 'NaN' }, undefined].map(
        cellText,
      ),
      ['1', 'x', '1, 2', '[1,{"a":2}]', 'NaN', ''],
    )
    assert.equal(cellText('x'.repeat(10_000)).length, 200)
  })
})
