import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hintFor, type KitError, type MediaFile, type UploadOptions, type UploadResult } from '@cloudstead/kit'
import { createUploadList, type Item, isVideo } from './upload-list.ts'

const FILE: MediaFile = { tempFilePath: 'http://tmp/a.jpg', size: 10, fileType: 'image' }
const VIDEO: MediaFile = {
  tempFilePath: 'http://tmp/v.mp4',
  size: 10,
  fileType: 'video',
  thumbTempFilePath: 'http://tmp/t.jpg',
}

/** An uploader whose uploads end when the test ends them. */
function uploader() {
  const shown: (readonly Item[])[] = []
  const changes: (readonly string[])[] = []
  const failures: KitError[] = []
  const uploads: { readonly options: UploadOptions; readonly end: (fileID: string | undefined) => Promise<void> }[] = []
  const list = createUploadList({
    cloud: () => ({
      uploadOne: (file, options = {}) =>
        new Promise<UploadResult>((resolve) => {
          const end = async (fileID: string | undefined): Promise<void> => {
            const error: KitError = { code: 'TIMEOUT', message: '', hint: hintFor('TIMEOUT'), retryable: true }
            resolve(
              fileID === undefined ? { ok: false, error, file } : { ok: true, fileID, cloudPath: '', size: 1, file },
            )
            await new Promise((turn) => setImmediate(turn))
          }
          uploads.push({ options, end })
        }),
    }),
    show: (items) => shown.push(items),
    change: (fileIDs) => changes.push(fileIDs),
    fail: (error) => failures.push(error),
  })
  const end = (index: number, fileID?: string) => uploads[index]?.end(fileID)
  return { list, shown, changes, failures, uploads, end, states: () => list.items.map(({ state }) => state) }
}

describe('the list of a <cloud-uploader>', () => {
  it('uploads three at a time, and reports each fileID', async () => {
    const { list, uploads, changes, end, states } = uploader()
    list.add([FILE, FILE, FILE, FILE], 'o1')
    assert.deepEqual(states(), ['uploading', 'uploading', 'uploading', 'waiting'])
    assert.equal(uploads[0]?.options.orderId, 'o1')
    await end(1, 'cloud://b')
    assert.deepEqual(states(), ['uploading', 'done', 'uploading', 'uploading'])
    await end(0, 'cloud://a')
    assert.deepEqual(changes, [['cloud://b'], ['cloud://a', 'cloud://b']])
  })

  it('shows the progress of each file', () => {
    const { list, uploads } = uploader()
    list.add([FILE, FILE], undefined)
    uploads[1]?.options.onProgress?.({ progress: 40, sent: 4, total: 10, done: 0, failed: 0, files: [] })
    assert.deepEqual(
      list.items.map(({ progress }) => progress),
      [0, 40],
    )
  })

  it('keeps a failed file for another try', async () => {
    const { list, failures, changes, end, states } = uploader()
    list.add([FILE], undefined)
    await end(0)
    assert.deepEqual(states(), ['failed'])
    assert.equal(failures[0]?.code, 'TIMEOUT')
    list.retry(list.items[0]?.key ?? '')
    assert.deepEqual(states(), ['uploading'])
    await end(1, 'cloud://a')
    assert.deepEqual(changes, [['cloud://a']])
  })

  it('stops the upload of a removed file without reporting it', async () => {
    const { list, uploads, changes, failures, end, states } = uploader()
    list.add([FILE, FILE, FILE, FILE], undefined)
    list.remove(list.items[0]?.key ?? '')
    assert.equal(uploads[0]?.options.signal?.aborted, true)
    await end(0)
    assert.deepEqual(states(), ['uploading', 'uploading', 'uploading'])
    assert.deepEqual([changes, failures], [[], []])
  })

  it('reports the removal of a stored file', () => {
    const { list, changes } = uploader()
    list.setValue(['cloud://a', 'cloud://b'])
    list.remove(list.items[0]?.key ?? '')
    assert.deepEqual(changes, [['cloud://b']])
  })

  it('takes the value of the page, and keeps running uploads', async () => {
    const { list, shown, changes, end, states } = uploader()
    list.add([FILE], undefined)
    list.setValue(['cloud://x'])
    assert.deepEqual(states(), ['done', 'uploading'])
    await end(0, 'cloud://a')
    assert.deepEqual(changes, [['cloud://x', 'cloud://a']])
    const before = shown.length
    list.setValue(['cloud://x', 'cloud://a'])
    assert.equal(shown.length, before, 'receiving its own value changes nothing')
    list.setValue(['cloud://a'])
    assert.equal(list.items[0]?.path, FILE.tempFilePath, 'the local picture is kept')
  })

  it('stops all uploads and does nothing after it is disposed', async () => {
    const { list, shown, uploads, changes, failures, end } = uploader()
    list.add([FILE, FILE, FILE, FILE], undefined)
    const before = shown.length
    list.dispose()
    assert.deepEqual(
      uploads.map(({ options }) => options.signal?.aborted),
      [true, true, true],
    )
    await end(0)
    assert.deepEqual([shown.length, uploads.length, changes, failures], [before, 3, [], []])
  })

  it('shows the poster of a video', () => {
    const { list } = uploader()
    list.add([VIDEO], undefined)
    assert.deepEqual([list.items[0]?.isVideo, list.items[0]?.thumb], [true, 'http://tmp/t.jpg'])
  })

  it('reports a missing connection', () => {
    const failures: KitError[] = []
    const list = createUploadList({
      cloud: () => undefined,
      show: () => {},
      change: () => {},
      fail: (e) => failures.push(e),
    })
    list.add([FILE], undefined)
    assert.equal(list.items[0]?.state, 'failed')
    assert.match(failures[0]?.message ?? '', /call connect\(\)/)
  })
})

describe('isVideo', () => {
  for (const [name, expected] of [
    ['cloud://e.b/users/u/1_a.mp4', true],
    ['cloud://e.b/users/u/1_a.MOV', true],
    ['cloud://e.b/users/u/1_a.jpg', false],
    ['cloud://e.b/users/mp4/1_a', false],
  ] as const) {
    it(`${name}: ${expected}`, () => assert.equal(isVideo(name), expected))
  }
})
