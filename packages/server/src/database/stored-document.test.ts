import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DocumentObject, DocumentValue } from '@cloudstead/protocol'
import fc from 'fast-check'
import { packDocument, unpackDocument } from './stored-document.ts'

const name = fc.string({ maxLength: 6 }).filter((text) => !text.startsWith('$'))
const { document } = fc.letrec<{ value: DocumentValue; document: DocumentObject }>((tie) => ({
  document: fc.dictionary(name, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<DocumentValue>(null, true, '$date', '"$', /a\/b/gi, Number.NaN, Number.NEGATIVE_INFINITY, -0),
    fc.double(),
    fc.string(),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('document'),
  ),
}))

describe('stored documents', () => {
  it('are read without loss', () => {
    fc.assert(
      fc.property(document, (original) => {
        assert.deepEqual(unpackDocument(packDocument(original)), original)
      }),
    )
  })

  it('are plain JSON when JSON has all their values', () => {
    assert.equal(packDocument({ _id: 'a', n: [1, { t: '$x' }] }), '{"_id":"a","n":[1,{"t":"$x"}]}')
    assert.deepEqual(unpackDocument('{"_id":"a","t":"$x"}'), { _id: 'a', t: '$x' })
  })
})
