import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BlobId } from '../blobs.ts'
import { CREDENTIALS, startFakeS3 } from './fake-s3.fixture.ts'
import { createS3Client } from './s3-client.ts'
import { DEFAULT_LIMITS } from './s3-http.ts'
import { parseS3Url } from './s3-location.ts'

const ID = '20261130-0mhfg2k3a-0123456789abcdef-3' as BlobId
const HEADERS = { cacheControl: 'no-cache', contentDisposition: 'inline; filename="a b"', contentType: 'image/png' }

test('the address of an object, with the bucket in the host or in the path', () => {
  const addressIn = (url: string) => {
    const client = createS3Client({ location: parseS3Url(url), credentials: CREDENTIALS, limits: DEFAULT_LIMITS })
    const { origin, pathname } = new URL(client.presigned('p/a b', {}, 60))
    client.close()
    return origin + pathname
  }
  assert.equal(addressIn('s3://files?region=eu-1'), 'https://files.s3.eu-1.amazonaws.com/p/a%20b')
  const path = 's3://files?region=r&pathStyle=true&endpoint=http://10.0.0.1:9000'
  assert.equal(addressIn(path), 'http://10.0.0.1:9000/files/p/a%20b')
  assert.equal(addressIn(`${path}&publicEndpoint=https://s3.example.com`), 'https://s3.example.com/files/p/a%20b')
})

test('only blobs above the size of redirects have a direct URL, and only where there are redirects', async (t) => {
  const fake = await startFakeS3()
  t.after(() => fake.dispose())
  const none = await fake.open()
  assert.equal(none.directUrl, undefined)
  await none.close()
  const location = parseS3Url(`s3://bucket/p?region=r&pathStyle=true&endpoint=${fake.endpoint}&redirect=1000`)
  const blobs = await fake.open({ location })
  assert.equal(blobs.directUrl?.(ID, 1000, HEADERS), undefined)
  assert.equal(blobs.directUrl?.('../x' as BlobId, 1001, HEADERS), undefined)
  const url = new URL(blobs.directUrl?.(ID, 1001, HEADERS) ?? '')
  assert.equal(url.origin + url.pathname, `${fake.endpoint}/bucket/p/${ID}`)
  assert.equal(url.searchParams.get('response-content-disposition'), HEADERS.contentDisposition)
  assert.equal(url.searchParams.get('response-content-type'), HEADERS.contentType)
  assert.equal(url.searchParams.get('response-cache-control'), HEADERS.cacheControl)
  // Temporary credentials need their token, in URLs as in requests.
  assert.equal(url.searchParams.get('X-Amz-Security-Token'), CREDENTIALS.sessionToken)
  assert.equal(fake.requests.at(-1)?.headers['x-amz-security-token'], CREDENTIALS.sessionToken)
  assert.ok(!url.href.includes(CREDENTIALS.secretAccessKey))
  await blobs.close()
})
