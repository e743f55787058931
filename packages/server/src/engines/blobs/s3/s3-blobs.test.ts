import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { lacksRadosgw, type Radosgw, startRadosgw } from '../../../../../../acceptance/support/radosgw.ts'
import { blobsContract, inPieces, listedIds, sampleBytes } from '../blobs.contract.ts'
import { type BlobId, type Blobs, BlobsUnavailableError } from '../blobs.ts'
import { openS3Blobs, type S3BlobsOptions } from './s3-blobs.ts'
import { bodyOf, createS3Client } from './s3-client.ts'
import { DEFAULT_LIMITS } from './s3-http.ts'
import { parseS3Url } from './s3-location.ts'

const MiB = 1024 * 1024
/** The longest time until a client sees an error, in ms. */
const PATIENCE_MS = 20_000

describe('blobs in S3', { skip: lacksRadosgw() }, () => {
  let store: Radosgw | undefined
  let bucket = ''
  let places = 0

  before(async () => {
    store = await startRadosgw()
    bucket = await store.newBucket()
  })

  after(() => store?.dispose())

  function running(): Radosgw {
    if (!store) throw new Error('the store is not running')
    return store
  }

  /** A place of its own. */
  function newPlace(): S3BlobsOptions {
    const { endpoint, credentials } = running()
    const place = `s3://${bucket}/places/${places++}?region=us-east-1&endpoint=${endpoint}&pathStyle=true`
    return { location: parseS3Url(place), credentials }
  }

  /** The uploads that have begun and are neither complete nor removed. */
  async function unfinished({ location, credentials }: S3BlobsOptions): Promise<number> {
    const client = createS3Client({ location, credentials, limits: DEFAULT_LIMITS })
    const { uploads } = await client.uploads(`${location.prefix}/`)
    client.close()
    return uploads.length
  }

  const store20 = (blobs: Blobs) => blobs.write(inPieces(sampleBytes(20 * MiB)), { limit: 20 * MiB })

  blobsContract('S3', async () => {
    const options = newPlace()
    return { open: () => openS3Blobs(options), dispose: async () => {} }
  })

  test('a whole bucket is a store, whose foreign objects are neither listed nor removed', async () => {
    const { endpoint, credentials, newBucket } = running()
    const location = parseS3Url(`s3://${await newBucket()}?region=us-east-1&endpoint=${endpoint}&pathStyle=true`)
    const blobs = await openS3Blobs({ location, credentials })
    const client = createS3Client({ location, credentials, limits: DEFAULT_LIMITS })
    const foreign = ["a b/ü&<'+%41", 'cloudstead.txt', '\u0001']
    for (const key of foreign) await client.put(key, bodyOf(sampleBytes(5)))
    const { id } = await blobs.write(inPieces(sampleBytes(5)), { limit: 5 })
    assert.equal(await blobs.mark('mark'), 'mark')
    assert.deepEqual(await listedIds(blobs), [id])
    await blobs.remove([id, ...(foreign as BlobId[])])
    const { objects } = await client.objects({ prefix: '' })
    assert.deepEqual(objects.map(({ key }) => key).sort(), [...foreign, 'cloudstead.json'].sort())
    client.close()
    await blobs.close()
  })

  test('opening says what is wrong: the bucket, the key, the secret', async () => {
    const { location, credentials } = newPlace()
    for (const [wrong, message] of [
      [{ location: { ...location, bucket: 'no-such-bucket' }, credentials }, /has no bucket "no-such-bucket"/],
      [{ location, credentials: { ...credentials, accessKeyId: 'x' } }, /not know the key in AWS_ACCESS_KEY_ID$/],
      [{ location, credentials: { ...credentials, secretAccessKey: 'x' } }, /check AWS_SECRET_ACCESS_KEY$/],
    ] as const) {
      await assert.rejects(openS3Blobs(wrong), message)
    }
  })

  test('a failed write of a body in parts leaves none', async () => {
    const options = newPlace()
    const blobs = await openS3Blobs(options)
    async function* failing() {
      yield* inPieces(sampleBytes(20 * MiB))
      while ((await unfinished(options)) === 0);
      throw new Error('connection lost')
    }
    await assert.rejects(blobs.write(failing(), { limit: 40 * MiB }), /connection lost/)
    assert.equal(await unfinished(options), 0)
    assert.deepEqual(await listedIds(blobs), [])
    await blobs.close()
  })

  test('while the store is away every call fails in time, and then everything works again', async () => {
    const options = newPlace()
    const blobs = await openS3Blobs(options)
    const { id } = await store20(blobs)
    const { stop, start } = running()
    async function* interrupted() {
      yield* inPieces(sampleBytes(20 * MiB))
      await stop()
      yield* inPieces(sampleBytes(20 * MiB))
    }
    const reading = await blobs.read(id)
    const begin = performance.now()
    await assert.rejects(blobs.write(interrupted(), { limit: 40 * MiB }), BlobsUnavailableError)
    for (const call of [() => store20(blobs), () => blobs.readAll(id), () => listedIds(blobs), () => blobs.check()]) {
      await assert.rejects(call(), BlobsUnavailableError)
    }
    await assert.rejects(openS3Blobs(options), /there is no S3 store to reach at http/)
    assert.ok(performance.now() - begin < PATIENCE_MS)
    await start()
    await blobs.check()
    // The download that had begun goes on; the store had sent only its beginning.
    let size = 0
    for await (const chunk of reading) size += chunk.byteLength
    assert.equal(size, 20 * MiB)
    assert.deepEqual(await listedIds(blobs), [id])
    await blobs.remove([id, (await store20(blobs)).id])
    await blobs.close()
  })
})
