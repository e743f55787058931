import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { CloudsteadError, type DocumentObject, type DocumentValue } from '@cloudstead/protocol'
import fc from 'fast-check'
import { ADMIN, index, openDatabase } from './database.fixture.ts'
import type { Database } from './database.ts'
import type { ExportFormat } from './export-documents.ts'
import type { ImportProgress } from './import-documents.ts'
import type { OnExisting } from './store-documents.ts'

const FORMATS: readonly ExportFormat[] = ['json', 'jsonl', 'csv']

const tricky = fc.constantFrom(
  '',
  "'",
  '=1+1',
  '+1',
  '-1',
  '@x',
  '＝1',
  '\t=1',
  '\r',
  '\n',
  'a,b',
  '"',
  '"a"',
  '"\\ud800"',
  '1',
  '007',
  '1e5',
  'true',
  'null',
  '{}',
  '[1]',
  '{"$date":0}',
  '{"$binary":1}',
  ' x ',
  '\ufeff',
  '中文',
  '😀',
  '\ud800',
  "'=1",
)
const texts = fc.oneof(tricky, fc.string({ unit: 'binary' }), fc.string())
const fieldName = fc
  .oneof(texts, fc.constantFrom('a', 'b', 'images'))
  .filter(
    (name) => name !== '' && !name.startsWith('$') && !/[.\0]/.test(name) && name !== '__proto__' && name !== '_id',
  )
const values: fc.Arbitrary<DocumentValue> = fc.letrec<{ value: DocumentValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    texts,
    fc.constantFrom<DocumentValue>(null, true, false, -0, Number.NaN, Number.NEGATIVE_INFINITY, 1e21, /a,"b/gi),
    fc.double(),
    fc.integer(),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fieldName, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value
const id = fc.oneof(
  fc.integer(),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  texts.filter((one) => one !== '' && one.isWellFormed() && !one.includes('\0')),
)
const documents = fc.uniqueArray(
  fc
    .tuple(id, fc.dictionary(fieldName, values, { maxKeys: 4, noNullPrototype: true }))
    .map(([_id, fields]): DocumentObject => ({ _id: Object.is(_id, -0) ? 0 : _id, ...fields })),
  { selector: ({ _id }) => JSON.stringify(_id), maxLength: 8 },
)

async function exported(database: Database, collection: string, format: ExportFormat, query?: DocumentObject) {
  return String(await buffer(await database.administer(ADMIN).export({ collection, format, ...(query && { query }) })))
}

/** Splits bytes at arbitrary positions. */
function pieces(content: string | Uint8Array, size: number): Readable {
  const bytes = Buffer.from(content)
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size))
  return Readable.from(parts)
}

async function imported(
  database: Database,
  content: string | Uint8Array,
  format: ExportFormat,
  options: { readonly existing?: OnExisting; readonly size?: number; readonly signal?: AbortSignal } = {},
): Promise<ImportProgress & { readonly lines: number; readonly error?: unknown }> {
  const { existing = 'refuse', size = 7, signal } = options
  let last: ImportProgress = { done: 0, failed: 0, skipped: 0, problems: [] }
  let lines = 0
  try {
    const bytes = pieces(content, size)
    for await (const line of database.administer(ADMIN).import({ collection: 'in', format, existing, bytes, signal })) {
      last = line
      lines += 1
    }
  } catch (error) {
    return { ...last, lines, error }
  }
  return { ...last, lines }
}

const messages = ({ problems }: ImportProgress) =>
  problems.map(({ line, error }) => `${line} ${error.code}: ${error.message}`)
const all = (database: Database, collection: string) => database.find(ADMIN, { collection, limit: 1000 })

describe('export and import', () => {
  for (const format of FORMATS) {
    it(`keep documents the same as ${format}`, async (t) => {
      const { database } = await openDatabase(t, { out: 'PRIVATE', in: 'PRIVATE' })
      await fc.assert(
        fc.asyncProperty(documents, fc.integer({ min: 1, max: 40 }), async (made, size) => {
          for (const collection of ['out', 'in']) await database.remove(ADMIN, { collection, multi: true })
          await database.insert(ADMIN, 'out', made)
          const file = await exported(database, 'out', format)
          const result = await imported(database, file, format, { size })
          assert.deepEqual([messages(result), result.error], [[], undefined])
          assert.equal(result.done, made.length)
          assert.deepEqual(await all(database, 'in'), await all(database, 'out'))
        }),
        { numRuns: 150 },
      )
    })
  }

  it('write files that people can read', async (t) => {
    const { database } = await openDatabase(t, { out: 'PRIVATE' })
    assert.equal(await exported(database, 'out', 'json'), '[]\n')
    assert.equal(await exported(database, 'out', 'jsonl'), '')
    assert.equal(await exported(database, 'out', 'csv'), '\ufeff_id\r\n')
    await database.insert(ADMIN, 'out', [
      { _id: 'a', n: 1, at: new Date(0) },
      { _id: 2, text: '=HYPERLINK("x")', images: ['cloud://e/a.jpg'], n: -1.5 },
    ])
    assert.equal(
      await exported(database, 'out', 'json'),
      '[\n{"_id":2,"text":"=HYPERLINK(\\"x\\")","images":["cloud://e/a.jpg"],"n":-1.5},\n' +
        '{"_id":"a","n":1,"at":{"$date":"1970-01-01T00:00:00.000Z"}}\n]\n',
    )
    assert.equal(
      await exported(database, 'out', 'jsonl', { n: 1 }),
      '{"_id":"a","n":1,"at":{"$date":"1970-01-01T00:00:00.000Z"}}\n',
    )
    assert.equal(
      await exported(database, 'out', 'csv'),
      '\ufeff_id,text,images,n,at\r\n' +
        '2,"\'=HYPERLINK(""x"")","[""cloud://e/a.jpg""]",-1.5,\r\n' +
        'a,,,1,"{""$date"":""1970-01-01T00:00:00.000Z""}"\r\n',
    )
  })

  it('give the event loop a turn, also when nothing is stored', async (t) => {
    const { database } = await openDatabase(t, { in: 'PRIVATE' })
    await database.insert(ADMIN, 'in', [{ _id: 'taken' }])
    for (const [text, many] of [
      ['{\n', 60_000],
      ['{"_id":"taken"}\n', 6_000],
    ] as const) {
      const content = text.repeat(many)
      let turns = 0
      let over = false
      const others = () => {
        turns += 1
        if (!over) setImmediate(others)
      }
      setImmediate(others)
      const before = process.cpuUsage()
      const { failed } = await imported(database, content, 'jsonl', { size: content.length })
      over = true
      const { user } = process.cpuUsage(before)
      assert.equal(failed, many)
      // The loop should get a turn every 50 ms; a busy machine may be late.
      assert.ok(turns > user / 1000 / 250, `others had ${turns} turns in ${Math.round(user / 1000)} ms of work`)
    }
  })

  it('of CSV ends with an error when a field is added meanwhile', async (t) => {
    const { database } = await openDatabase(t, { out: 'PRIVATE' })
    await database.insert(ADMIN, 'out', [{ _id: 'a' }])
    const file = await database.administer(ADMIN).export({ collection: 'out', format: 'csv' })
    await database.insert(ADMIN, 'out', [{ _id: 'b', late: 1 }])
    await assert.rejects(buffer(file), /the field 'late' was added/)
  })

  it('of CSV refuses documents that do not fit a table', async (t) => {
    const { database } = await openDatabase(t, { out: 'PRIVATE' })
    const fields = Object.fromEntries(Array.from({ length: 4096 }, (_, at) => [`f${at}`, at]))
    await database.insert(ADMIN, 'out', [{ ...fields }])
    await assert.rejects(
      database.administer(ADMIN).export({ collection: 'out', format: 'csv' }),
      (error) => error instanceof CloudsteadError && error.code === 'INVALID_PARAM',
    )
  })
})

describe('an import', () => {
  it('makes an _id for documents without one, and keeps _openid', async (t) => {
    const { database } = await openDatabase(t, { in: 'PRIVATE' })
    await imported(database, '{"a":1}\n{"_openid":"alice"}\n', 'jsonl')
    const found = await all(database, 'in')
    assert.equal(found.length, 2)
    for (const { _id } of found) assert.match(String(_id), /^[0-9a-f]{32}$/)
    assert.deepEqual(
      found.map(({ _openid }) => _openid),
      [undefined, 'alice'],
    )
  })

  for (const [existing, expected] of [
    ['refuse', { kept: 'old', done: 1, failed: 2, skipped: 0 }],
    ['skip', { kept: 'old', done: 1, failed: 0, skipped: 2 }],
    ['replace', { kept: 'new2', done: 3, failed: 0, skipped: 0 }],
  ] as const) {
    it(`can ${existing} documents whose _id exists, in the collection or in the file`, async (t) => {
      const { database } = await openDatabase(t, { in: 'PRIVATE' })
      await database.insert(ADMIN, 'in', [{ _id: 'a', v: 'old' }])
      const lines = [{ _id: 'a', v: 'new' }, { _id: 'b' }, { _id: 'a', v: 'new2' }]
      const result = await imported(database, lines.map((line) => JSON.stringify(line)).join('\n'), 'jsonl', {
        existing,
      })
      const [kept] = await database.find(ADMIN, { collection: 'in', query: { _id: 'a' } })
      const { done, failed, skipped } = result
      assert.deepEqual({ kept: kept?.v, done, failed, skipped }, expected)
      if (existing === 'refuse') {
        const taken = 'DATABASE_DUPLICATE_WRITE: a document with this _id exists already'
        assert.deepEqual(messages(result), [`1 ${taken}`, `3 ${taken}`])
      }
    })
  }

  it('reports line and reason of each document that fails, and stores the others', async (t) => {
    const { database } = await openDatabase(t, {
      in: { acl: 'PRIVATE', indexes: [index([['u', 1]], true)] },
    })
    const lines = [
      '{"_id":"ok1","u":1}',
      'nonsense',
      '',
      '{"_id":"same","u":1}',
      '{"_id":""}',
      '[1]',
      '{"_id":"x","a":1,"u":2,"\\u0061":2}',
      '{"_id":"y","$set":1,"u":3}',
      '{"_id":{"$binary":{}}}',
      '{"_id":"ok2","u":4}',
    ]
    const result = await imported(database, lines.join('\r\n'), 'jsonl')
    assert.deepEqual(messages(result).sort(), [
      '2 INVALID_PARAM: the Extended JSON is not valid JSON',
      '4 DATABASE_DUPLICATE_WRITE: a unique value is taken',
      '5 INVALID_PARAM: _id must be a number or a string of 1 to 1024 bytes',
      '6 INVALID_PARAM: a document must be a JSON object',
      "7 INVALID_PARAM: the document has the field 'a' twice",
      "8 INVALID_PARAM: '$set' is not a valid field name: names must not be empty, begin with $ or be __proto__",
      '9 INVALID_PARAM: the type $binary is not supported in documents',
    ])
    assert.deepEqual([result.done, result.failed], [2, 7])
    assert.equal((await all(database, 'in')).length, 2)
  })

  it('makes nested objects of names with dots, and refuses a field that comes twice', async (t) => {
    const { database } = await openDatabase(t, { in: 'PRIVATE' })
    const lines = [
      '{"_id":"1","a.b":1,"a.c.d":2,"list":[{"x.y":1}]}',
      '{"_id":"2","a":{"b":1},"a.c":2}',
      '{"_id":"3","a":1,"a.b":2}',
      '{"_id":"4","a":{"b":1},"a.b":2}',
      '{"_id":"5","o":{"k":1,"k":2}}',
      '{"_id":"6","a..b":1}',
      '{"_id":"7","at":{"$date":null}}',
      '{"_id":"8","text":"{\\"k\\":1,\\"k\\":2}","k":{"k":[{"k":1},{"k":1}]}}',
    ]
    const result = await imported(database, lines.join('\n'), 'jsonl')
    assert.deepEqual(messages(result), [
      "3 INVALID_PARAM: the document has the field 'a.b' twice",
      "4 INVALID_PARAM: the document has the field 'a.b' twice",
      "5 INVALID_PARAM: the document has the field 'k' twice",
      "6 INVALID_PARAM: 'a..b' is not a valid field name: names must not be empty, begin with $ or be __proto__",
      '7 INVALID_PARAM: $date is not a valid date: the client may have sent new Date(NaN)',
    ])
    await imported(database, '_id,p.q,p.r.s\nc1,1,x\nc2,,', 'csv')
    const { error } = await imported(database, '_id,p,p.q\nc3,1,2', 'csv')
    assert.match(String(error), /'p' and 'p\.q'/)
    const stored = await all(database, 'in')
    const fields = stored.map(({ _id, ...others }) => [_id, others]).sort()
    assert.deepEqual(
      fields.filter(([id]) => id !== '8'),
      [
        ['1', { a: { b: 1, c: { d: 2 } }, list: [{ x: { y: 1 } }] }],
        ['2', { a: { b: 1, c: 2 } }],
        ['c1', { p: { q: 1, r: { s: 'x' } } }],
        ['c2', {}],
      ],
    )
  })

  it('lists a hundred problems and counts the others', async (t) => {
    const { database } = await openDatabase(t, { in: 'PRIVATE' })
    const result = await imported(database, 'x\n'.repeat(250), 'jsonl', { size: 1000 })
    assert.deepEqual([result.problems.length, result.failed, result.done], [100, 250, 0])
  })

  it('reads JSON arrays, and documents one after the other', async (t) => {
    const { database } = await openDatabase(t, { in: 'PRIVATE' })
    for (const [file, count] of [
      ['[]', 0],
      ['', 0],
      [' [ {"a":"]}\\"{"} , {"b":[{"c":1}]} ] \n', 2],
      ['{"a":1}\n{"a":2}{"a":3}', 3],
      ['\ufeff[{"a":1}]', 1],
    ] as const) {
      await database.remove(ADMIN, { collection: 'in', multi: true })
      const result = await imported(database, file, 'json', { size: 1 })
      assert.deepEqual([result.error, result.done, (await all(database, 'in')).length], [undefined, count, count], file)
    }
  })

  it('ends when the rest cannot be read; the documents before are stored', async (t) => {
    const { database } = await openDatabase(t, { in: 'PRIVATE' })
    for (const [format, file, message, stored] of [
      ['json', '[{"_id":1},\n 5]', 'line 2: unexpected "5", documents are objects in { }', 1],
      ['json', '[{"_id":1},\n {"_id":2}', 'line 2: the file ends in the middle of its documents', 2],
      ['json', '[{"_id":1}]\n]', 'line 2: unexpected "]", documents are objects in { }', 1],
      ['json', '[{"_id":1}] {}', 'line 1: unexpected "{", documents are objects in { }', 1],
      ['json', '{"_id":1}\n{"_id"', 'line 2: the file ends in the middle of its documents', 1],
      ['json', '"a"', 'line 1: unexpected "\\"", documents are objects in { }', 0],
      ['csv', '_id,a\n1,2\n"x', /^line 3: Quote Not Closed/, 1],
      ['csv', '_id,_id\n', "two columns are named '_id'", 0],
      ['csv', '_id,\n1,2', 'column 2 has no name in the first row', 0],
      ['jsonl', Buffer.from([0x7b, 0x7d, 0x0a, 0xff, 0x0a]), 'the file is not UTF-8 text: save it as UTF-8', 1],
    ] as const) {
      await database.remove(ADMIN, { collection: 'in', multi: true })
      const { error } = await imported(database, file, format, { size: 3 })
      assert.ok(error instanceof CloudsteadError && error.code === 'INVALID_PARAM', String(error))
      if (typeof message === 'string') assert.equal(error.message, message)
      else assert.match(error.message, message)
      assert.equal((await all(database, 'in')).length, stored, message.toString())
    }
  })

  it('reads CSV of other programs', async (t) => {
    const { database } = await openDatabase(t, { in: 'PRIVATE' })
    const file = '_id,no\na,007\nb,"x\ny"\nc,1,2\n\nd,"[1, 2]"\ne,13800000000000000001\nf,"{""$oid"":""1""}"\n'
    const result = await imported(database, file, 'csv')
    assert.deepEqual(messages(result), [
      '5 INVALID_PARAM: 3 cells, but the first row has 2 names',
      '9 INVALID_PARAM: $oid must be 24 hexadecimal digits',
    ])
    assert.deepEqual(
      (await all(database, 'in')).map(({ no }) => no),
      ['007', 'x\ny', [1, 2], '13800000000000000001'],
    )
  })

  it('ends when it is cancelled; stored documents stay', async (t) => {
    const { database } = await openDatabase(t, { in: 'PRIVATE' })
    const cancel = new AbortController()
    const lines = Array.from({ length: 1000 }, (_, at) => `{"_id":${at}}\n`).join('')
    const bytes = pieces(lines, 100)
    const work = async () => {
      const request = { collection: 'in', format: 'jsonl', existing: 'refuse', bytes, signal: cancel.signal } as const
      for await (const { done } of database.administer(ADMIN).import(request)) if (done >= 400) cancel.abort()
    }
    await assert.rejects(work(), { name: 'AbortError' })
    assert.equal(await database.count(ADMIN, { collection: 'in' }), 400)
  })

  it('needs an existing collection', async (t) => {
    const { database } = await openDatabase(t, {})
    const { error } = await imported(database, '{}', 'jsonl')
    assert.ok(error instanceof CloudsteadError && error.code === 'DATABASE_COLLECTION_NOT_EXIST')
  })
})
