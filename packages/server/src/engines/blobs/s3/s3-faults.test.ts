import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { inspect } from 'node:util'
import { inPieces, listedIds, sampleBytes } from '../blobs.contract.ts'
import { type BlobId, BlobMissingError, type Blobs, BlobsUnavailableError } from '../blobs.ts'
import { CREDENTIALS, type FakeRequest, type FakeS3, sendError, sendXml, startFakeS3 } from './fake-s3.fixture.ts'
import type { S3BlobsOptions } from './s3-blobs.ts'

const KiB = 1024
const MiB = 1024 * KiB
const LIMIT = 64 * MiB
/** A store that is away is given up after half a second. */
const IMPATIENT = { idleMs: 200, stallMs: 200, retryMs: 300 }

async function openHere(t: TestContext, options: Partial<S3BlobsOptions> = {}) {
  const fake = await startFakeS3()
  const blobs = await fake.open(options)
  t.after(async () => {
    await blobs.close()
    await fake.dispose()
  })
  fake.requests.length = 0
  return { fake, blobs }
}

const store = (blobs: Blobs, bytes: Uint8Array) => blobs.write(inPieces(bytes), { limit: LIMIT })

const isPart = ({ method, query }: FakeRequest) => method === 'PUT' && query.has('partNumber')
const isCompletion = ({ method, query }: FakeRequest) => method === 'POST' && query.has('uploadId')
const countOf = (fake: FakeS3, kind: (request: FakeRequest) => boolean) => fake.requests.filter(kind).length

/** Spoils the first requests of a kind. */
function first(count: number, kind: (request: FakeRequest) => boolean, fault: FakeS3['fault']): FakeS3['fault'] {
  let left = count
  return (request, response, incoming) => kind(request) && left-- > 0 && fault(request, response, incoming)
}

/** Cuts the connection after some bytes of the body. */
function cutBody(incoming: IncomingMessage): true {
  incoming.once('data', () => incoming.socket.destroy())
  return true
}

/** Nothing of an error, however it is logged, contains a key. */
function assertNoSecrets(error: unknown): void {
  const text = `${inspect(error, { depth: 20, showHidden: true })} ${String(error)}`
  for (const secret of Object.values(CREDENTIALS)) assert.ok(!text.includes(secret), text)
}

async function failureOf(failing: Promise<unknown>): Promise<Error> {
  const error = await failing.then(
    () => assert.fail('nothing failed'),
    (thrown: unknown) => thrown,
  )
  assertNoSecrets(error)
  assert.ok(error instanceof Error)
  assert.doesNotMatch(error.message, /\n/)
  return error
}

describe('S3 blobs: faults that pass', () => {
  for (const [what, fault] of [
    ['500', (response) => sendError(response, 500, 'InternalError')],
    ['503 without XML', (response) => Boolean(response.writeHead(503).end('<html>busy</html>'))],
    ['429', (response) => sendError(response, 429, 'TooManyRequests')],
    ['400 RequestTimeout', (response) => sendError(response, 400, 'RequestTimeout')],
  ] as const satisfies readonly [string, (response: Parameters<FakeS3['fault']>[1]) => boolean][]) {
    test(`${what} is tried again`, async (t) => {
      const { fake, blobs } = await openHere(t)
      fake.fault = first(
        3,
        ({ method }) => method === 'PUT',
        (_request, response) => fault(response),
      )
      const bytes = sampleBytes(100 * KiB)
      const { id } = await store(blobs, bytes)
      assert.equal(
        countOf(fake, ({ method }) => method === 'PUT'),
        4,
      )
      assert.ok(bytes.equals(await blobs.readAll(id)))
    })
  }

  for (const size of [MiB, 5 * MiB, 20 * MiB]) {
    test(`a connection that is cut while ${size} bytes are sent`, async (t) => {
      const { fake, blobs } = await openHere(t)
      fake.fault = first(
        3,
        ({ method }) => method === 'PUT',
        (_request, _response, incoming) => cutBody(incoming),
      )
      const bytes = sampleBytes(size)
      const { id } = await store(blobs, bytes)
      assert.ok(bytes.equals(await blobs.readAll(id)))
      assert.equal(fake.objects.size, 1)
      assert.equal(fake.uploads.size, 0)
    })
  }

  test('an error in an answer of 200 to a completion', async (t) => {
    const { fake, blobs } = await openHere(t)
    fake.fault = first(2, isCompletion, (_request, response) => sendError(response, 200, 'InternalError'))
    const { id } = await store(blobs, sampleBytes(17 * MiB))
    assert.equal(countOf(fake, isCompletion), 3)
    assert.equal((await blobs.readAll(id)).byteLength, 17 * MiB)
  })

  test('a completion whose answer is lost', async (t) => {
    const { fake, blobs } = await openHere(t)
    fake.fault = first(1, isCompletion, ({ query, key }, _response, incoming) => {
      const id = query.get('uploadId') ?? ''
      fake.objects.set(key, Buffer.concat([...(fake.uploads.get(id)?.parts.values() ?? [])]))
      fake.uploads.delete(id)
      return cutBody(incoming)
    })
    assert.equal((await store(blobs, sampleBytes(17 * MiB))).size, 17 * MiB)
  })

  test('a download that breaks goes on where it broke', async (t) => {
    const { fake, blobs } = await openHere(t)
    const bytes = sampleBytes(5 * MiB)
    const { id } = await store(blobs, bytes)
    for (const [range, read] of [
      [undefined, bytes],
      [{ start: 1000, end: 3 * MiB }, bytes.subarray(1000, 3 * MiB + 1)],
    ] as const) {
      let cut = 0
      fake.fault = ({ headers }, response) => {
        if (++cut > 5) return false
        const [from, to] = (headers.range ?? `bytes=0-${bytes.byteLength - 1}`).slice(6).split('-').map(Number)
        const part = bytes.subarray(from, (to ?? 0) + 1)
        response.writeHead(headers.range === undefined ? 200 : 206, { 'content-length': part.byteLength, etag: '"e"' })
        response.write(part.subarray(0, 100 * KiB), () => response.socket?.destroy())
        return true
      }
      assert.ok(read.equals(await buffer(await blobs.read(id, range))))
      assert.equal(cut, 6)
      assert.equal(fake.requests.at(-1)?.headers['if-match'], '"e"')
      if (range === undefined) assert.ok(bytes.equals(await blobs.readAll(id)))
    }
  })

  test('a download that is silent goes on with a new connection; a slow reader is not silence', async (t) => {
    const { fake, blobs } = await openHere(t, { limits: IMPATIENT })
    const bytes = sampleBytes(5 * MiB)
    const { id } = await store(blobs, bytes)
    fake.requests.length = 0
    fake.fault = first(
      1,
      ({ method }) => method === 'GET',
      (_request, response) => {
        response.writeHead(200, { 'content-length': bytes.byteLength })
        return response.write(bytes.subarray(0, 10_000)) || true
      },
    )
    assert.ok(bytes.equals(await buffer(await blobs.read(id))))
    assert.equal(fake.requests.length, 2)
    const pieces = []
    for await (const piece of await blobs.read(id)) {
      if (pieces.length === 0) await wait(3 * IMPATIENT.stallMs)
      pieces.push(piece)
    }
    assert.ok(bytes.equals(Buffer.concat(pieces)))
    assert.equal(fake.requests.length, 3)
  })
})

describe('S3 blobs: faults that stay', () => {
  for (const size of [10, 5 * MiB, 20 * MiB]) {
    test(`a store that fails: a write of ${size} bytes is tried some times, and leaves nothing`, async (t) => {
      const { fake, blobs } = await openHere(t)
      fake.fault = (request, response) => request.method === 'PUT' && sendError(response, 503, 'SlowDown')
      const error = await failureOf(store(blobs, sampleBytes(size)))
      assert.ok(error instanceof BlobsUnavailableError)
      assert.match(error.message, /^the S3 store at http:\/\/127\.0\.0\.1:\d+ cannot be used: .*503 SlowDown$/)
      assert.ok(countOf(fake, ({ method }) => method === 'PUT') >= 6)
      assert.equal(fake.objects.size + fake.uploads.size, 0)
      assert.equal(fake.requests.at(-1)?.method, size > 16 * MiB ? 'DELETE' : 'POST')
    })
  }

  test('a refusal is not tried again, and parts are removed', async (t) => {
    const { fake, blobs } = await openHere(t)
    for (const [kind, status] of [
      [isPart, 403],
      [isCompletion, 200],
    ] as const) {
      fake.requests.length = 0
      fake.fault = first(9, kind, (_request, response) => sendError(response, status, 'AccessDenied'))
      const error = await failureOf(store(blobs, sampleBytes(17 * MiB)))
      assert.equal(error.message, `the S3 store answered ${status} AccessDenied`)
      assert.ok(countOf(fake, kind) <= 3)
      assert.equal(fake.objects.size + fake.uploads.size, 0)
    }
  })

  test('answers that never come: every call fails in time', async (t) => {
    const { fake, blobs } = await openHere(t, { limits: IMPATIENT })
    const { id } = await store(blobs, sampleBytes(10))
    fake.uploads.set('1', { key: `p/${id}`, initiated: new Date(0), parts: new Map() })
    fake.fault = () => true
    const begin = performance.now()
    const calls = [
      store(blobs, sampleBytes(10)),
      store(blobs, sampleBytes(5 * MiB)),
      store(blobs, sampleBytes(40 * MiB)),
      blobs.read(id),
      blobs.readAll(id),
      blobs.remove([id]),
      listedIds(blobs),
      blobs.mark('mark'),
      blobs.removeUnfinished(),
      blobs.check(),
    ]
    for (const error of await Promise.all(calls.map(failureOf))) assert.ok(error instanceof BlobsUnavailableError)
    // Two rounds: the call and the clean-up.
    assert.ok(performance.now() - begin < 10_000)
  })

  test('the check fails within three seconds', async (t) => {
    const { fake, blobs } = await openHere(t)
    fake.fault = () => true
    const begin = performance.now()
    assert.ok((await failureOf(blobs.check())) instanceof BlobsUnavailableError)
    assert.ok(performance.now() - begin < 3_000)
  })

  test('a download that brings nothing any more fails, and one of a removed blob too', async (t) => {
    const { fake, blobs } = await openHere(t)
    const { id } = await store(blobs, sampleBytes(MiB))
    fake.requests.length = 0
    fake.fault = (_request, response) => {
      const isFirst = fake.requests.length === 1
      response.writeHead(isFirst ? 200 : 206, { 'content-length': isFirst ? MiB : MiB - 10 })
      if (isFirst) response.write(sampleBytes(10))
      response.flushHeaders()
      setTimeout(() => response.socket?.destroy(), 20)
      return true
    }
    await failureOf(buffer(await blobs.read(id)))
    assert.equal(fake.requests.length, 3)
    fake.fault = first(
      1,
      () => true,
      (_request, response) => {
        response.writeHead(200, { 'content-length': MiB })
        response.write(sampleBytes(10), () => response.socket?.destroy())
        return true
      },
    )
    fake.objects.clear()
    assert.ok((await failureOf(blobs.readAll(id))) instanceof BlobMissingError)
  })

  test('only a missing key is a missing blob', async (t) => {
    const { fake, blobs } = await openHere(t)
    const { id } = await store(blobs, sampleBytes(10))
    for (const code of ['NoSuchBucket', 'Other']) {
      fake.fault = (_request, response) => sendError(response, 404, code)
      assert.equal((await failureOf(blobs.read(id))).message, `the S3 store answered 404 ${code}`)
      assert.equal((await failureOf(blobs.mark())).message, `the S3 store answered 404 ${code}`)
    }
    fake.fault = () => false
    await assert.rejects(blobs.read('20261130-0mhfg2k3a-0123456789abcdef-z' as BlobId), BlobMissingError)
  })

  test('XML that is none, or of another program', async (t) => {
    const { fake, blobs } = await openHere(t, { limits: IMPATIENT })
    for (const xml of [
      '',
      '<html></html>',
      '<ListBucketResult>',
      '<ListBucketResult><Contents></Contents></ListBucketResult>',
    ]) {
      fake.fault = (_request, response) => sendXml(response, 200, xml)
      assert.ok((await failureOf(listedIds(blobs))) instanceof BlobsUnavailableError)
    }
    fake.fault = ({ query }, response) =>
      query.has('start-after') &&
      sendXml(
        response,
        200,
        '<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>p/1</Key><LastModified>2026-11-30T00:00:00Z</LastModified></Contents></ListBucketResult>',
      )
    const again = listedIds(blobs, '20261130-0mhfg2k3a-0123456789abcdef-z' as BlobId)
    assert.match((await failureOf(again)).message, /the same objects/)
  })

  test('a failed item of a removal', async (t) => {
    const { fake, blobs } = await openHere(t)
    const { id } = await store(blobs, sampleBytes(10))
    fake.fault = (_request, response) =>
      sendXml(response, 200, '<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code></Error></DeleteResult>')
    assert.match((await failureOf(blobs.remove([id]))).message, /AccessDenied/)
  })
})

describe('S3 blobs: opening', () => {
  for (const [status, code, message] of [
    [404, 'NoSuchBucket', /^the S3 store at http\S+ has no bucket "bucket": create it$/],
    [403, 'InvalidAccessKeyId', /AWS_ACCESS_KEY_ID$/],
    [403, 'SignatureDoesNotMatch', /AWS_ACCESS_KEY_ID.*check AWS_SECRET_ACCESS_KEY$/],
    [400, 'ExpiredToken', /AWS_SESSION_TOKEN/],
    [403, 'AccessDenied', /AWS_ACCESS_KEY_ID may not list the bucket "bucket"/],
    [403, 'RequestTimeTooSkewed', /set the clock$/],
    [301, 'PermanentRedirect', /"bucket" is not in the region "r"/],
    [418, 'Teapot', /refuses to list the bucket "bucket" \(418 Teapot\)$/],
    [500, 'InternalError', /500 InternalError/],
  ] as const) {
    test(`${code} is explained`, async (t) => {
      const fake = await startFakeS3()
      t.after(() => fake.dispose())
      fake.fault = (_request, response) => sendError(response, status, code)
      assert.match((await failureOf(fake.open())).message, message)
    })
  }

  test('a store that is not there, is silent, or is another program is explained', async () => {
    const fake = await startFakeS3()
    fake.fault = () => true
    const silent = await failureOf(fake.open({ limits: IMPATIENT }))
    assert.match(silent.message, /^there is no S3 store to reach at http\S+ \(silent for 200 ms\)/)
    fake.fault = (_request, response) => Boolean(response.end('<html>welcome</html>'))
    assert.match((await failureOf(fake.open())).message, /^what answers at http\S+ is no S3 store/)
    await fake.dispose()
    assert.match((await failureOf(fake.open())).message, /^there is no S3 store .*\(ECONNREFUSED\): check the endpoint/)
  })
})

describe('S3 blobs: memory and files', () => {
  test('many slow bodies are not all kept in memory', async (t) => {
    // Whatever goes into a file fails.
    const { blobs } = await openHere(t, { tempDir: join(tmpdir(), 'cloudstead-no-such-directory') })
    const { promise: arrived, resolve } = Promise.withResolvers<void>()
    const bytes = sampleBytes(MiB)
    let waiting = 0
    async function* slow() {
      yield bytes
      if (++waiting === 64) resolve()
      await arrived
    }
    const results = await Promise.allSettled(Array.from({ length: 80 }, () => blobs.write(slow(), { limit: LIMIT })))
    const failed = results.filter(({ status }) => status === 'rejected')
    assert.equal(failed.length, 16)
    for (const { reason } of failed as PromiseRejectedResult[]) assert.equal(reason.code, 'ENOENT')
    // Nothing is held any more.
    await store(blobs, bytes)
  })

  test('the file of a large body has no name, also while it arrives', async (t) => {
    const tempDir = await mkdtemp(join(tmpdir(), 'cloudstead-spill-'))
    t.after(() => rm(tempDir, { recursive: true }))
    const { fake, blobs } = await openHere(t, { tempDir })
    const seen: string[][] = []
    async function* source() {
      yield* inPieces(sampleBytes(9 * MiB))
      seen.push(await readdir(tempDir))
      // The first part is sent before the body ends.
      while (!fake.requests.some(isPart)) await wait(5)
      yield* inPieces(sampleBytes(9 * MiB))
    }
    const { id, size } = await blobs.write(source(), { limit: LIMIT, length: 18 * MiB })
    assert.equal(size, 18 * MiB)
    assert.equal((await blobs.readAll(id)).byteLength, 18 * MiB)
    assert.deepEqual([...seen, await readdir(tempDir)], [[], []])
  })
})
