import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { converted, draftOf, meaningOf, objectDraft, pickerText, timeOf } from './draft.ts'
import type { Kind } from './values.ts'

const FILE = 'cloud://demo-1abcde.6465-demo-1abcde-1/users/中 文/a#b?.jpg'

const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
    fc.boolean(),
    fc.constantFrom<unknown>(
      null,
      FILE,
      { $numberDouble: 'NaN' },
      { $regularExpression: { pattern: 'a', options: 'i' } },
    ),
    fc.date({ noInvalidDate: true }).map((date) => ({ $date: date.toISOString() })),
    fc.tuple(fc.integer({ min: -180, max: 180 }), fc.integer({ min: -90, max: 90 })).map((coordinates) => ({
      type: 'Point',
      coordinates,
    })),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-zA-Z_]{1,5}$/), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

describe('a draft', () => {
  it('has the value that it was created from', () => {
    fc.assert(fc.property(json, (value) => assert.deepEqual(meaningOf(draftOf(value)), { value })))
  })

  it('lists the faults with their places', () => {
    const draft = objectDraft({ n: 1, at: { $date: '2026-01-01T00:00:00.000Z' }, deep: { list: [1] } })
    const [n, at] = draft.fields
    assert.ok(n && at && n.value.kind === 'number' && at.value.kind === 'date')
    const bad = {
      ...draft,
      fields: [
        { name: 'n', value: { ...n.value, text: 'x' } },
        { name: 'n', value: { ...at.value, text: 'never' } },
        { name: '', value: draftOf('a') },
        { name: 'a.b', value: draftOf('b') },
        { name: 'place', value: { key: -1, kind: 'point', lng: '181', lat: '0' } as const },
        { name: 'south', value: { key: -3, kind: 'point', lng: '0', lat: '-90.1' } as const },
        { name: 'raw', value: { key: -2, kind: 'json', text: '{' } as const },
      ],
    }
    const { faults } = meaningOf(bad)
    assert.deepEqual([...(faults?.values() ?? [])].sort(), [
      'badName',
      'emptyName',
      'json',
      'lat',
      'lng',
      'number',
      'twice',
    ])
  })

  it('can be converted to another kind', () => {
    const kinds: readonly Kind[] = ['text', 'number', 'boolean', 'null', 'date', 'point', 'array', 'object', 'json']
    fc.assert(
      fc.property(json, fc.constantFrom(...kinds), (value, kind) => {
        const changed = converted(draftOf(value), kind, 0)
        assert.equal(changed.kind, kind)
        assert.ok('value' in meaningOf(changed))
      }),
    )
    assert.deepEqual(meaningOf(converted(draftOf('42'), 'number', 0)), { value: 42 })
    assert.deepEqual(meaningOf(converted(draftOf(42), 'text', 0)), { value: '42' })
    assert.deepEqual(meaningOf(converted(draftOf('a'), 'array', 0)), { value: ['a'] })
  })

  it('shows dates in the picker of the browser and reads them back', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true }), (date) => {
        assert.equal(timeOf(pickerText(date.toISOString())), date.getTime())
      }),
    )
    assert.deepEqual([pickerText('never'), pickerText('+012026-01-01T00:00:00Z')], ['', ''])
  })
})
