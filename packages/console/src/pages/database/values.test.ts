import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { columnWidth, fieldsOf, readChoice, shownFields } from './columns.ts'
import { converted, draftOf, meaningOf, objectDraft, pickerText, timeOf } from './draft.ts'
import { readDocument } from './json-error.ts'
import { merged } from './merged.ts'
import { formatOf } from './transfer-format.ts'
import { cellText, fileOf, filesOf, type Kind, kindOf, numberFrom } from './values.ts'

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

  it('numbers are what people type, and nothing that is no number', () => {
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

  it('cells say them in few characters', () => {
    assert.deepEqual(
      [1, 'x', { type: 'Point', coordinates: [1, 2] }, [1, { a: 2 }], { $numberDouble: 'NaN' }, undefined].map(
        cellText,
      ),
      ['1', 'x', '1, 2', '[1,{"a":2}]', 'NaN', ''],
    )
    assert.equal(cellText('x'.repeat(10_000)).length, 200)
  })
})

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
  it('means the value that it was made of', () => {
    fc.assert(fc.property(json, (value) => assert.deepEqual(meaningOf(draftOf(value)), { value })))
  })

  it('says which places are wrong, and how', () => {
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

  it('can become another kind, and back to a value of it', () => {
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

  it('shows dates in the picker of the browser, and reads them back', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true }), (date) => {
        assert.equal(timeOf(pickerText(date.toISOString())), date.getTime())
      }),
    )
    assert.deepEqual([pickerText('never'), pickerText('+012026-01-01T00:00:00Z')], ['', ''])
  })
})

describe('two changes of one document', () => {
  it('are both kept where they are about different fields', () => {
    const seen = { a: 1, b: 2, c: 3 }
    assert.deepEqual(merged(seen, { a: 1, b: 9, d: 4 }, { a: 5, b: 2, c: 3 }), { a: 5, b: 9, d: 4 })
    assert.deepEqual(merged(seen, { ...seen, a: 0 }, { b: 2, c: 3, a: 1, e: [1] }), { a: 0, b: 2, c: 3, e: [1] })
    assert.equal(merged(seen, { ...seen, a: 5 }, { ...seen, a: 6 }), undefined)
    assert.equal(merged(seen, { b: 2, c: 3 }, { ...seen, a: 6 }), undefined)
    assert.deepEqual(merged(seen, { ...seen, a: 5 }, { ...seen, a: 5, b: 0 }), { a: 5, b: 0, c: 3 })
  })
})

describe('the JSON of a document', () => {
  it('is read, or the place where it is wrong is told', () => {
    assert.deepEqual(readDocument('{"a":1}'), { document: { a: 1 } })
    assert.deepEqual(readDocument('[1]'), { fault: 'object', at: 0, line: 1, column: 1 })
    assert.deepEqual(readDocument('{\n  "a": x\n}'), { fault: 'syntax', at: 9, line: 2, column: 8 })
    for (const [text, at] of [
      ['{"a": 1', 7],
      ['{"a" 1}', 5],
      ['{"a": 1,}', 8],
      ['{a: 1}', 1],
      ['{"a": "\\x"}', 6],
      ['{} x', 3],
      ['', 0],
      ['{"a": [1, 2,, 3]}', 12],
    ] as const) {
      const read = readDocument(text)
      assert.equal(read.fault === undefined ? undefined : read.at, at, text)
    }
  })

  it('is wrong at a place of the text, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((text) => text.slice(0, -1)),
        ),
        (text) => {
          const read = readDocument(text)
          assert.ok(read.fault === undefined || (read.at >= 0 && read.at <= text.length))
        },
      ),
    )
  })
})

describe('the format of a file', () => {
  for (const [name, beginning, format] of [
    ['a.csv', '[1', 'csv'],
    ['a.CSV', '_id,a', 'csv'],
    ['a.jsonl', '[1]', 'jsonl'],
    ['a.ndjson', '{}', 'jsonl'],
    ['a.json', ' [ {', 'json'],
    ['a.json', '{"a":1}\n{"a":2}', 'jsonl'],
    ['a.json', '\ufeff{\n  "a": 1', 'json'],
    ['a.json', '', 'json'],
    ['a.txt', '{"a":1}', 'jsonl'],
    ['export', '_id,a\n1,2', 'csv'],
  ] as const) {
    it(`${name} that begins ${JSON.stringify(beginning)} is ${format}`, () => {
      assert.equal(formatOf(name, beginning), format)
    })
  }
})

describe('columns', () => {
  it('are the fields of all documents, as chosen', () => {
    const document = (fields: Record<string, unknown>) => ({ id: 'x', version: 1, document: { _id: 'x', ...fields } })
    const fields = fieldsOf([document({ b: 1 }), document({ a: 1, b: 2 })])
    assert.deepEqual(fields, ['_id', 'b', 'a'])
    assert.deepEqual(shownFields(fields, { b: false, _id: false }), ['_id', 'a'])
    assert.ok(columnWidth([document({ a: 1 })], 'a') < columnWidth([document({}), document({ a: 'text' })], 'a'))
    const many = ['_id', ...Array.from({ length: 20 }, (_, at) => `f${at}`)]
    assert.equal(shownFields(many, {}).length, 12)
    assert.ok(shownFields(many, { f19: true }).includes('f19'))
    assert.deepEqual([readChoice('nonsense'), readChoice(null), readChoice('{"a":true,"b":1}')], [{}, {}, { a: true }])
  })
})
