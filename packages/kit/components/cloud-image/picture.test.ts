import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import { hintFor, type KitError, type ResolvedImage } from '@cloudstead/kit'
import { createPicture, type Picture } from './picture.ts'

const A = 'cloud://demo.b/users/u/a.jpg'
const B = 'cloud://demo.b/users/u/b.jpg'
const MAX_AGE = 600

/** A component's place on a page: what it showed, what failed, and what it asked the connection for. */
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

  it('is loading until <image> has drawn it', async () => {
    const { source, last } = frame()
    source.setFileID(A)
    assert.deepEqual(last(), { state: 'loading', url: '' })
    await settle()
    assert.deepEqual(last(), { state: 'loading', url: 'u1' })
    source.loaded()
    assert.deepEqual(last(), { state: 'ready', url: 'u1' })
  })

  it('has no answer for another fileID shown', async () => {
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

  it('says why there is no URL, and begins again when asked', async () => {
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

  it('takes the URL away in between, so that the same one is loaded again', async () => {
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

  it('renews its URL a minute before it ends, without a placeholder', async () => {
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

  it('renews nothing while the page is hidden, and at once when it is back', async () => {
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

  it('keeps what is on the screen when the renewal fails', async () => {
    const { source, last, failures } = frame((_, asked) => (asked === 1 ? { url: 'u1' } : { error: refusal() }))
    source.setFileID(A)
    await settle()
    source.loaded()
    mock.timers.tick(540_000)
    await settle()
    assert.deepEqual(last(), { state: 'ready', url: 'u1' })
    assert.deepEqual(failures, [])
  })

  it('does not ask in a circle for URLs that are old on arrival', async () => {
    const { source, asked } = frame(() => ({ url: 'u', expiresAt: 0 }))
    source.setFileID(A)
    await settle()
    mock.timers.tick(9_999)
    assert.equal(asked.length, 1)
  })

  it('is quiet once it is off the page', async () => {
    const { source, shown, asked } = frame()
    source.setFileID(A)
    source.dispose()
    await settle()
    mock.timers.tick(MAX_AGE * 1000)
    assert.equal(asked.length, 1)
    assert.deepEqual(shown, [{ state: 'loading', url: '' }])
  })

  it('without a connection says what is missing', () => {
    const failures: KitError[] = []
    const source = createPicture({ cloud: () => undefined, show: () => {}, fail: (error) => failures.push(error) })
    source.setFileID(A)
    assert.match(failures[0]?.message ?? '', /call connect\(\)/)
  })
})
