import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { hintFor, type KitError, type ResolvedImage } from '@cloudstead/kit'
import { createPicture, type Picture } from './picture.ts'

const A = 'cloud://demo.b/users/u/a.jpg'
const B = 'cloud://demo.b/users/u/b.jpg'
const MAX_AGE = 600

/** Records what the component showed, its errors, and its requests to the connection. */
function frame(
  answer: (fileID: string, asked: number) => Partial<ResolvedImage> = (_, asked) => ({ url: `u${asked}` }),
) {
  const shown: Picture[] = []
  const failures: KitError[] = []
  const asked: string[] = []
  const found = (how: string, fileID: string): ResolvedImage => {
    asked.push(`${how} ${fileID.slice(-5)}`)
    const base = { fileID, maxAge: MAX_AGE, expiresAt: Date.now() + MAX_AGE * 1000 }
    return { ...base, ...answer(fileID, asked.length) } as ResolvedImage
  }
  const source = createPicture({
    cloud: () => ({
      resolveImages: async (fileIDs) => fileIDs.map((fileID) => found('resolve', fileID)),
      refresh: async (fileID) => found('refresh', fileID),
    }),
    show: (picture) => shown.push(picture),
    fail: (error) => failures.push(error),
  })
  return { source, shown, failures, asked, last: () => shown.at(-1) }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
}

function refusal(): KitError {
  const code = 'STORAGE_EXCEED_AUTHORITY'
  return { code, message: 'no', hint: hintFor(code), retryable: false }
}

describe('the picture of a <cloud-image>', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 }))
  afterEach(() => mock.timers.reset())

  it('is loading until <image> has loaded it', async () => {
    const { source, last } = frame()
    source.setFileID(A)
    assert.deepEqual(last(), { state: 'loading', url: '' })
    await settle()
    assert.deepEqual(last(), { state: 'loading', url: 'u1' })
    source.loaded()
    assert.deepEqual(last(), { state: 'ready', url: 'u1' })
  })

  it('ignores the answer for an earlier fileID', async () => {
    const { source, shown, asked } = frame((fileID) => ({ url: fileID }))
    source.setFileID(A)
    source.setFileID(B)
    await settle()
    assert.equal(asked.length, 2)
    assert.deepEqual(
      shown.map(({ url }) => url).filter((url) => url !== ''),
      [B],
    )
  })

  it('is empty without a fileID', () => {
    const { source, last } = frame()
    source.setFileID('')
    assert.deepEqual(last(), { state: 'empty', url: '' })
  })

  it('reports why there is no URL, and starts again on retry', async () => {
    const { source, last, failures } = frame((_, asked) => (asked === 1 ? { error: refusal() } : { url: 'u' }))
    source.setFileID(A)
    await settle()
    assert.equal(last()?.state, 'failed')
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['STORAGE_EXCEED_AUTHORITY'],
    )
    source.retry()
    await settle()
    assert.deepEqual(last(), { state: 'loading', url: 'u' })
  })

  it('gets a new URL once when <image> fails, then gives up', async () => {
    const { source, asked, last, failures } = frame()
    source.setFileID(A)
    await settle()
    source.broken('403')
    await settle()
    assert.deepEqual(asked, ['resolve a.jpg', 'refresh a.jpg'])
    assert.deepEqual(last(), { state: 'loading', url: 'u2' })
    source.broken('404')
    assert.equal(last()?.state, 'failed')
    assert.equal(failures[0]?.message, '404')
    assert.equal(asked.length, 2)
  })

  it('clears the URL in between, so that the same one is loaded again', async () => {
    const { source, shown } = frame(() => ({ url: 'same' }))
    source.setFileID(A)
    await settle()
    source.broken('cut')
    await settle()
    assert.deepEqual(
      shown.map(({ url }) => url),
      ['', 'same', '', 'same'],
    )
  })

  it('renews its URL a minute before it expires, without a placeholder', async () => {
    const { source, shown, asked } = frame()
    source.setFileID(A)
    await settle()
    source.loaded()
    mock.timers.tick(539_999)
    assert.equal(asked.length, 1)
    mock.timers.tick(1)
    await settle()
    assert.equal(asked.length, 2)
    assert.deepEqual(shown.slice(2), [
      { state: 'ready', url: 'u1' },
      { state: 'ready', url: 'u2' },
    ])
  })

  it('renews nothing while the page is hidden, and immediately when it is shown again', async () => {
    const { source, asked } = frame()
    source.setFileID(A)
    await settle()
    source.loaded()
    source.setVisible(false)
    mock.timers.tick(MAX_AGE * 1000)
    assert.equal(asked.length, 1)
    source.setVisible(true)
    mock.timers.tick(0)
    assert.equal(asked.length, 2)
  })

  it('keeps the picture on the screen if the renewal fails', async () => {
    const { source, last, failures } = frame((_, asked) => (asked === 1 ? { url: 'u1' } : { error: refusal() }))
    source.setFileID(A)
    await settle()
    source.loaded()
    mock.timers.tick(540_000)
    await settle()
    assert.deepEqual(last(), { state: 'ready', url: 'u1' })
    assert.deepEqual(failures, [])
  })

  it('does not loop on URLs that are already expired', async () => {
    const { source, asked } = frame(() => ({ url: 'u', expiresAt: 0 }))
    source.setFileID(A)
    await settle()
    mock.timers.tick(9_999)
    assert.equal(asked.length, 1)
  })

  it('does nothing after it is disposed', async () => {
    const { source, shown, asked } = frame()
    source.setFileID(A)
    source.dispose()
    await settle()
    mock.timers.tick(MAX_AGE * 1000)
    assert.equal(asked.length, 1)
    assert.deepEqual(shown, [{ state: 'loading', url: '' }])
  })

  it('reports a missing connection', () => {
    const failures: KitError[] = []
    const source = createPicture({ cloud: () => undefined, show: () => {}, fail: (error) => failures.push(error) })
    source.setFileID(A)
    assert.match(failures[0]?.message ?? '', /call connect\(\)/)
  })
})
