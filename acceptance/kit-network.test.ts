/** Uploads with the kit over bad networks, in the background, stopped and paused: real SDK, real server, real HTTP. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { UploadProgress, UploadResult } from '@cloudstead/kit'
import { type KitPhone, kitForFile, pick } from './support/kit.ts'
import { type Fate, proxyForFile } from './support/network-proxy.ts'
import { serverForFile } from './support/server.ts'

const TICKET = 'storage.getUploadMetadata'
const SIGN_IN = '/auth/v1/signin/anonymously'

const server = await serverForFile({ config: { storage: { acl: 'PRIVATE', maxFileSize: '300KB' } } })
const forbidden = await serverForFile({ config: { storage: { acl: 'ADMINWRITE' } } })
const proxy = await proxyForFile(server)
const { phone } = await kitForFile()

function somebody(options: Parameters<typeof phone>[1] = {}): KitPhone {
  return phone(proxy, { login: 'anonymous', ...options })
}

function filesOf(count: number, bytes = 90_000) {
  return Array.from({ length: count }, (_, index) => ({ name: `${index}.jpg`, bytes: Buffer.alloc(bytes, index + 1) }))
}

/** First byte and length of the files with these fileIDs. */
async function stored(who: KitPhone, results: readonly UploadResult[]): Promise<(readonly number[] | undefined)[]> {
  const images = await who.cloud.resolveImages(results.map((result) => (result.ok ? result.fileID : 'none')))
  return Promise.all(
    images.map(async ({ url }) => {
      if (url === undefined) return undefined
      const bytes = Buffer.from(await (await fetch(url)).arrayBuffer())
      return [bytes[0] ?? -1, bytes.length]
    }),
  )
}

function codes(results: readonly UploadResult[]): string[] {
  return results.map((result) => (result.ok ? 'ok' : result.error.code))
}

describe('weak networks', () => {
  const FATES: Readonly<Record<string, readonly [what: string, fates: readonly Fate[]]>> = {
    'cut in the middle, twice': ['upload', ['cut', 'cut']],
    'a gateway that is down, then busy': ['upload', [503, 429]],
    'stored, but the answer was lost': ['upload', ['lose']],
    'an expired ticket': ['upload', [[403, '<Error><Code>STORAGE_SIGN_EXPIRED</Code></Error>']]],
    'an expired ticket, in the words of COS': [
      'upload',
      [[403, '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>']],
    ],
    'no ticket, twice': [TICKET, ['cut', 502]],
    'a ticket whose answer was lost': [TICKET, ['lose']],
    'no login, twice': [SIGN_IN, ['cut', 'cut']],
  }
  for (const [name, [what, fates]] of Object.entries(FATES)) {
    it(`${name}: retried, and each file is stored once`, async () => {
      const who = somebody()
      proxy.fate = (passing) => (passing.what === what ? (fates[passing.before] ?? 'pass') : 'pass')
      const files = await pick(who, filesOf(2))
      const results = await who.cloud.uploadAll(files, { concurrency: 1, retryDelayMs: 5 }).done
      assert.deepEqual(codes(results), ['ok', 'ok'])
      assert.deepEqual(await stored(who, results), [
        [1, 90_000],
        [2, 90_000],
      ])
      if (what === 'upload') assert.equal(proxy.count(TICKET), 2 + fates.length, 'a new ticket for every try')
      if (what === SIGN_IN) assert.equal(proxy.count(SIGN_IN), 3)
    })
  }

  it('stops after the given number of retries with an error; the other files continue', async () => {
    const who = somebody()
    await who.cloud.ensureLogin()
    proxy.fate = ({ what, before }) => (what === 'upload' && before !== 1 ? 503 : 'pass')
    const files = await pick(who, filesOf(2))
    const results = await who.cloud.uploadAll(files, { concurrency: 1, retries: 0, retryDelayMs: 5 }).done
    assert.deepEqual(codes(results), ['STORAGE_REQUEST_FAIL', 'ok'])
    const [first] = results
    assert.ok(first && !first.ok)
    assert.equal(first.error.retryable, true)
    assert.match(first.error.hint.zh, /重试/)
    assert.deepEqual(first.error.cause, { statusCode: 503, body: 'busy' })
    assert.equal(first.file, files[0])
  })

  it('offline: an error for each file, soon, and no exception', async () => {
    const who = somebody()
    const files = await pick(who, filesOf(2))
    await who.cloud.ensureLogin()
    who.device.setNetwork({ type: 'none' })
    const results = await who.cloud.uploadAll(files, { retries: 1, retryDelayMs: 5 }).done
    assert.deepEqual(codes(results), ['NETWORK_ERROR', 'NETWORK_ERROR'])
  })

  it('a missing answer: TIMEOUT', async () => {
    const who = somebody()
    await who.cloud.ensureLogin()
    proxy.fate = ({ what }) => (what === 'upload' ? 'hang' : 'pass')
    const [file] = await pick(who, filesOf(1))
    assert.ok(file)
    const result = await who.cloud.uploadOne(file, { retries: 0, timeoutMs: 100 })
    assert.equal(!result.ok && result.error.code, 'TIMEOUT')
  })
})

describe('errors that are not retried', () => {
  it('too large for the environment, missing on the phone, over 100 MB: at most one try', async () => {
    const who = somebody()
    await who.cloud.ensureLogin()
    const files = [
      ...(await pick(who, filesOf(1, 400_000))),
      { tempFilePath: 'http://tmp/gone.jpg', size: 5 },
      { tempFilePath: 'http://tmp/film.mp4', size: 101 * 1024 * 1024, fileType: 'video' },
    ]
    const results = await who.cloud.uploadAll(files, { retryDelayMs: 5 }).done
    assert.deepEqual(codes(results), ['EXCEED_UPLOAD_MAXFILESIZE', 'FILE_NOT_FOUND', 'FILE_TOO_LARGE'])
    assert.equal(proxy.count('upload'), 1)
    assert.equal(proxy.count(TICKET), 2, 'nothing is sent for the large video')
  })

  it('refused by rules', async () => {
    const who = phone(forbidden, { login: 'anonymous' })
    const [file] = await pick(who, filesOf(1))
    assert.ok(file)
    const result = await who.cloud.uploadOne(file)
    assert.equal(!result.ok && result.error.code, 'STORAGE_EXCEED_AUTHORITY')
  })

  it('invalid files are a TypeError', () => {
    const { cloud } = somebody()
    assert.throws(() => cloud.uploadAll([{ tempFilePath: 'a' } as never]), TypeError)
    assert.throws(() => cloud.uploadAll([undefined as never]), TypeError)
  })

  it('any order id results in one valid folder', async () => {
    const who = somebody()
    const [file] = await pick(who, filesOf(1))
    assert.ok(file)
    for (const [orderId, folder] of [
      ['订单 7', '订单 7'],
      ['a/../b?c#d%', 'a_.._b_c_d_'],
      ['..', '_2'],
    ] as const) {
      const result = await who.cloud.uploadOne(file, { orderId })
      assert.ok(result.ok, orderId)
      assert.equal(result.cloudPath.split('/')[3], folder)
      assert.deepEqual(await stored(who, [result]), [[1, 90_000]])
    }
  })

  it('nothing to upload', async () => {
    const { cloud } = somebody()
    assert.deepEqual(await cloud.uploadAll([]).done, [])
    assert.deepEqual(proxy.seen, [])
  })
})

describe('stopping', () => {
  for (const how of ['run.abort()', 'signal'] as const) {
    it(`${how}: stored files stay, the others end with ABORTED immediately`, async () => {
      const who = somebody()
      const stop = who.kit.cancelSource()
      const files = await pick(who, filesOf(5))
      // The third upload hangs, so two files are stored and one is being sent.
      proxy.fate = ({ what, before }) => (what === 'upload' && before >= 2 ? 'hang' : 'pass')
      const hanging = Promise.withResolvers<void>()
      const seen: number[] = []
      const run = who.cloud.uploadAll(files, {
        concurrency: 1,
        signal: stop.signal,
        onFile: (_result, index) => {
          seen.push(index)
          if (index === 1) hanging.resolve()
        },
      })
      await hanging.promise
      while (proxy.count('upload') < 3) await new Promise((resolve) => setImmediate(resolve))
      if (how === 'signal') stop.cancel()
      else run.abort()
      const results = await run.done
      assert.deepEqual(codes(results), ['ok', 'ok', 'ABORTED', 'ABORTED', 'ABORTED'])
      assert.deepEqual(seen, [0, 1, 2, 3, 4])
      while (who.device.inFlight > 0) await new Promise((resolve) => setImmediate(resolve))
      assert.equal(proxy.count('upload'), 3)
      run.abort()
      run.resume()
    })
  }

  it('an already aborted signal: nothing is sent', async () => {
    const who = somebody()
    const stop = who.kit.cancelSource()
    stop.cancel()
    const results = await who.cloud.uploadAll(await pick(who, filesOf(2)), { signal: stop.signal }).done
    assert.deepEqual(codes(results), ['ABORTED', 'ABORTED'])
    assert.deepEqual(proxy.seen, [])
  })

  it('during the ticket request: the file is not sent', async () => {
    const who = somebody()
    await who.cloud.ensureLogin()
    const asked = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    proxy.fate = async ({ what }): Promise<Fate> => {
      if (what !== TICKET) return 'pass'
      asked.resolve()
      await go.promise
      return 'pass'
    }
    const run = who.cloud.uploadAll(await pick(who, filesOf(1)))
    await asked.promise
    run.abort()
    assert.deepEqual(codes(await run.done), ['ABORTED'])
    go.resolve()
    while (who.device.inFlight > 0) await new Promise((resolve) => setImmediate(resolve))
    assert.equal(proxy.count('upload'), 0)
  })

  it('paused: running uploads are finished, the others wait until resumed', async () => {
    const who = somebody()
    const first = Promise.withResolvers<void>()
    const run = who.cloud.uploadAll(await pick(who, filesOf(3)), {
      concurrency: 1,
      onFile: (_result, index) => {
        if (index !== 0) return
        run.pause()
        first.resolve()
      },
    })
    await first.promise
    while (who.device.inFlight > 0) await new Promise((resolve) => setImmediate(resolve))
    assert.equal(proxy.count('upload'), 1)
    run.resume()
    assert.deepEqual(codes(await run.done), ['ok', 'ok', 'ok'])
  })
})

describe('the background', () => {
  it('interrupted uploads are repeated when the program is shown, and do not count as tries', async () => {
    const who = somebody({ wx: { interruptAfterMs: 20 } })
    await who.cloud.ensureLogin()
    // After the two interrupted uploads one fails, and still has its retry.
    proxy.fate = ({ what, before }) => (what !== 'upload' || before > 2 ? 'pass' : before === 2 ? 503 : 'hang')
    let last: UploadProgress | undefined
    const run = who.cloud.uploadAll(await pick(who, filesOf(3)), {
      concurrency: 2,
      retries: 1,
      retryDelayMs: 5,
      onProgress: (progress) => {
        last = progress
      },
    })
    while (proxy.count('upload') < 2) await new Promise((resolve) => setImmediate(resolve))
    who.device.background()
    while (who.device.inFlight > 0) await new Promise((resolve) => setImmediate(resolve))
    // While hidden, the kit starts no uploads, since they would fail immediately.
    await new Promise((resolve) => setTimeout(resolve, 30))
    assert.equal(proxy.count(TICKET), 2)
    who.device.foreground()
    const results = await run.done
    assert.deepEqual(codes(results), ['ok', 'ok', 'ok'])
    const tries = last?.files.map((file) => file.tries) ?? []
    assert.deepEqual(tries.sort(), [1, 2, 3])
  })

  it('hidden for a moment: nothing is sent twice', async () => {
    const who = somebody({ wx: { interruptAfterMs: 5000 } })
    await who.cloud.ensureLogin()
    const run = who.cloud.uploadAll(await pick(who, filesOf(2)), { concurrency: 1 })
    who.device.background()
    who.device.foreground()
    assert.deepEqual(codes(await run.done), ['ok', 'ok'])
    assert.equal(proxy.count('upload'), 2)
  })
})

describe('concurrency', () => {
  it('never exceeds the given limit, and eight over all runs', async () => {
    const who = somebody()
    await who.cloud.ensureLogin()
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return 'pass' as const
    }
    proxy.fate = slow
    const files = await pick(who, filesOf(12, 1000))
    assert.deepEqual(new Set(codes(await who.cloud.uploadAll(files).done)), new Set(['ok']))
    assert.equal(proxy.busiest, 3, 'by default three')
    proxy.busiest = 0
    const runs = [1, 2, 3].map(() => who.cloud.uploadAll(files, { concurrency: 99 }))
    const all = (await Promise.all(runs.map((run) => run.done))).flat()
    assert.deepEqual(new Set(codes(all)), new Set(['ok']))
    assert.equal(new Set(all.map((result) => result.ok && result.fileID)).size, 36)
    assert.equal(proxy.busiest, 8)
  })

  it('progress: never decreases, at most every 100 ms, finally 100 with every file done', async () => {
    const who = somebody()
    who.device.setNetwork({ uploadBytesPerSecond: 400_000 })
    const seen: { at: number; progress: UploadProgress }[] = []
    const run = who.cloud.uploadAll(await pick(who, filesOf(3, 70_000)), {
      onProgress: (progress) => seen.push({ at: Date.now(), progress }),
    })
    await run.done
    const totals = seen.map(({ progress }) => progress.progress)
    assert.deepEqual(
      totals,
      [...totals].sort((a, b) => a - b),
    )
    assert.ok(totals.some((total) => total > 0 && total < 100))
    const between = seen.slice(1, -1).map(({ at }, index) => at - (seen[index]?.at ?? 0))
    assert.ok(
      between.every((ms) => ms >= 95),
      String(between),
    )
    assert.deepEqual(seen.at(-1)?.progress, {
      progress: 100,
      sent: 210_000,
      total: 210_000,
      done: 3,
      failed: 0,
      files: Array.from({ length: 3 }, () => ({ state: 'done', progress: 100, tries: 1 })),
    })
  })
})
