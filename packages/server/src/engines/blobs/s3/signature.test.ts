import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSigner, EMPTY_SHA256, encodePath, encodeQuery } from './signature.ts'

/** The examples of Amazon's documentation of Signature Version 4 for S3. */
const signer = createSigner(
  { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  'us-east-1',
)
const request = { host: 'examplebucket.s3.amazonaws.com', now: Date.UTC(2013, 4, 24) }

test('the signature of a request is that of the documentation', () => {
  const get = { ...request, method: 'GET', sha256: EMPTY_SHA256 }
  const ranged = signer.headers({ ...get, path: '/test.txt', query: {}, headers: { range: 'bytes=0-9' } })
  assert.match(String(ranged.authorization), /SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, /)
  assert.match(String(ranged.authorization), /=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/)
  const listed = signer.headers({ ...get, path: '/', query: { prefix: 'J', 'max-keys': '2' }, headers: {} })
  assert.match(String(listed.authorization), /=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/)
})

test('the signature of a URL is that of the documentation', () => {
  const url = signer.presigned({ ...request, path: '/test.txt', query: {} }, 86_400)
  assert.match(
    url,
    /^\/test\.txt\?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2F/,
  )
  assert.match(url, /&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404$/)
})

test('paths and queries are encoded as they are signed', () => {
  assert.equal(encodePath("/a b/ü'(*)~"), '/a%20b/%C3%BC%27%28%2A%29~')
  assert.equal(encodeQuery({ uploads: '', b: 'x/y=z', 'A-a': '1 2' }), 'A-a=1%202&b=x%2Fy%3Dz&uploads=')
})
