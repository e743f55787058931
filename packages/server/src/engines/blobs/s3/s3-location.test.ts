import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseS3Url } from './s3-location.ts'

test('all parts', () => {
  const url =
    's3://files/cs/demo/?endpoint=http://10.0.0.1:9000/&region=us-east-1&pathStyle=true&publicEndpoint=https://s3.example.com&redirect=1000'
  assert.deepEqual(parseS3Url(url), {
    bucket: 'files',
    prefix: 'cs/demo',
    endpoint: 'http://10.0.0.1:9000',
    region: 'us-east-1',
    pathStyle: true,
    publicEndpoint: 'https://s3.example.com',
    redirect: 1000,
  })
})

test('without an endpoint it is that of AWS', () => {
  assert.deepEqual(parseS3Url('s3://files?region=eu-central-1'), {
    bucket: 'files',
    prefix: undefined,
    endpoint: 'https://s3.eu-central-1.amazonaws.com',
    region: 'eu-central-1',
    pathStyle: false,
    publicEndpoint: undefined,
    redirect: undefined,
  })
})

for (const [url, message] of [
  ['s3:files', /^must have the form s3:\/\/BUCKET/],
  ['s3://files?region=r#x', /^must have the form/],
  ['s3://id:secret@files?region=r', /AWS_ACCESS_KEY_ID/],
  ['s3://ab?region=r', /^names no valid bucket/],
  ['s3://Files?region=r', /^names no valid bucket/],
  ['s3://files', /^lacks the region/],
  ['s3://files?region=', /^has a wrong region/],
  ['s3://files?region=a.evil.com/', /^has a wrong region/],
  ['s3://files?region=r&secret=x', /^has an unknown part: region, endpoint/],
  ['s3://files?region=r&region=q', /^has the part region twice/],
  ['s3://files?region=r&endpoint=10.0.0.1', /^has a wrong endpoint/],
  ['s3://files?region=r&endpoint=ftp://h', /^has a wrong endpoint/],
  ['s3://files?region=r&endpoint=http://h/secret', /^has a wrong endpoint/],
  ['s3://files?region=r&endpoint=http://u:secret@h', /^has a wrong endpoint/],
  ['s3://files?region=r&publicEndpoint=x', /^has a wrong publicEndpoint/],
  ['s3://files?region=r&pathStyle=yes', /^has a wrong pathStyle: true or false is valid/],
  ['s3://files?region=r&redirect=1MB', /^has a wrong redirect: a whole number of bytes/],
  ['s3://files/a//b?region=r', /^has a wrong prefix/],
  ['s3://files/../b?region=r', /^has a wrong prefix/],
  ['s3://files/a%2Fb?region=r', /^has a wrong prefix/],
  ['s3://my.files?region=r', /^needs pathStyle=true/],
] as const) {
  test(`refused: ${url}`, () => {
    assert.throws(
      () => parseS3Url(url),
      (error: Error) => message.test(error.message) && !/secret|\n/.test(error.message),
    )
  })
}
