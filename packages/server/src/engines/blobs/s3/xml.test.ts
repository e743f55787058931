import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  checkCompleted,
  completionXml,
  parseError,
  parseObjects,
  parseRemoval,
  parseUploadId,
  parseUploads,
  removalXml,
  XmlFormError,
} from './xml.ts'

const HEAD = '\n  <?xml version="1.0" encoding="UTF-8"?>\n'
const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'

test('entities are decoded once, in texts of any form', () => {
  const message = 'a &amp;lt; b &#x4f60;&#22909; &quot;&apos;&gt; &unknown; &#x110000;'
  const xml = `${HEAD}<Error>\n <Code>A&amp;B</Code>\n <Message>${message}</Message><Key/></Error>\n`
  assert.deepEqual(parseError(xml), { code: 'A&B', message: 'a &lt; b 你好 "\'> &unknown; &#x110000;' })
})

test('what is no error of S3 is none', () => {
  for (const xml of ['', '<html><Error><Code>A</Code></Error></html>', '<Error></Error>', '<Error><Code>A</Code>']) {
    assert.equal(parseError(xml), undefined)
  }
})

test('a list of objects', () => {
  const entry = (key: string) =>
    `<Contents><Key>${key}</Key><LastModified>2026-11-30T01:02:03.456Z</LastModified><Owner><ID>x</ID></Owner></Contents>`
  const list = (inside: string) => `${HEAD}<ListBucketResult ${NAMESPACE}>${inside}</ListBucketResult>`
  const modified = Date.UTC(2026, 10, 30, 1, 2, 3, 456)
  assert.deepEqual(parseObjects(list(`<IsTruncated>true</IsTruncated>${entry('a%2Fb+c%26')}${entry('100%')}`)), {
    objects: [
      { key: 'a/b c&', modified },
      { key: '100%', modified },
    ],
    more: true,
  })
  assert.deepEqual(parseObjects(`<ListBucketResult ${NAMESPACE}/>`), { objects: [], more: false })
  for (const wrong of ['<Contents><Key>a</Key></Contents>', entry('a').replace('2026-', 'x-')]) {
    assert.throws(() => parseObjects(list(wrong)), XmlFormError)
  }
})

test('a list of uploads and its next page', () => {
  const upload =
    '<Upload><Key>a%2Fb</Key><UploadId>2~x&amp;y</UploadId><Initiated>2026-11-30T00:00:00Z</Initiated></Upload>'
  const list = (inside: string) => `<ListMultipartUploadsResult>${inside}${upload}</ListMultipartUploadsResult>`
  const uploads = [{ key: 'a/b', uploadId: '2~x&y', initiated: Date.UTC(2026, 10, 30) }]
  assert.deepEqual(parseUploads(list('<IsTruncated>false</IsTruncated>')), { uploads, next: undefined })
  const next = '<IsTruncated>true</IsTruncated><NextKeyMarker>k%2F</NextKeyMarker>'
  assert.deepEqual(parseUploads(list(`${next}<NextUploadIdMarker>u</NextUploadIdMarker>`)).next, {
    key: 'k/',
    uploadId: 'u',
  })
  assert.throws(() => parseUploads(list(next)), XmlFormError)
})

test('uploads, completions and removals', () => {
  const result = 'InitiateMultipartUploadResult'
  assert.equal(parseUploadId(`<${result}><UploadId>2~a</UploadId></${result}>`), '2~a')
  assert.throws(() => parseUploadId(`<${result}></${result}>`), XmlFormError)
  checkCompleted(`\n\n   <CompleteMultipartUploadResult ${NAMESPACE}><ETag></ETag></CompleteMultipartUploadResult>`)
  assert.throws(() => checkCompleted('<Error><Code>InternalError</Code></Error>'), XmlFormError)
  assert.deepEqual(parseRemoval('<DeleteResult/>'), [])
  assert.deepEqual(parseRemoval('<DeleteResult><Error><Key>k</Key><Code>C</Code></Error></DeleteResult>'), [
    { code: 'C', message: '' },
  ])
  assert.match(removalXml(['a', `<&'">`]), /<Key>a<\/Key><\/Object><Object><Key>&#60;&#38;&#39;&#34;&#62;<\/Key>/)
  assert.match(completionXml(['"e1"', '"e2"']), /<PartNumber>2<\/PartNumber><ETag>&#34;e2&#34;<\/ETag>/)
})
