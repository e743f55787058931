import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pathMaker } from './cloud-path.ts'
import { watchForeground } from './foreground.ts'
import { createLogin } from './login.ts'
import { createSlots, MAX_UPLOADS } from './slots.ts'
import { ACCOUNT, ANONYMOUS, fakeApp, fakeAuth, fakeWx, uploadsThat } from './testing/fakes.ts'
import { startRun } from './upload-run.ts'
import type { UploadAllOptions, UploadProgress } from './upload-types.ts'
import type { UploadRequest, WxFailure } from './wechat.ts'

const FILE = { tempFilePath: 'http://tmp/a.jpg', size: 10 }
const STORED = { statusCode: 201, data: '' }

interface Setup {
  readonly answer: (request: UploadRequest, before: number) => { statusCode: number; data: string } | WxFailure
  readonly getUploadMetadata?: () => Promise<never>
  readonly uid?: string
}

function runThat({ answer, getUploadMetadata, uid }: Setup, options: UploadAllOptions = {}, count = 1) {
  const sent: UploadRequest[] = []
  const wx = fakeWx({
    ...ACCOUNT,
    onAppHide: () => undefined,
    onAppShow: () => undefined,
    ...uploadsThat((request) => {
      sent.push(request)
      return answer(request, sent.length - 1)
    }),
  })
  const app = fakeApp({
    getUploadMetadata:
      getUploadMetadata ??
      (async ({ cloudPath }) => ({
        data: { url: 'https://up', fileId: `cloud://e.b/${cloudPath}`, token: 't', authorization: 's', cosFileId: 'c' },
      })),
  })
  const auth = fakeAuth(uid === undefined ? {} : { getLoginState: async () => ({ user: { uid } }) })
  const parts = {
    app,
    wx,
    login: createLogin(auth, wx, ANONYMOUS),
    newPath: pathMaker(),
    slots: createSlots(),
    foreground: watchForeground(wx),
  }
  const files = Array.from({ length: count }, () => FILE)
  const run = startRun(parts, files, { retryDelayMs: 1, ...options })
  return { run, sent, parts }
}

test('sends the form that COS expects, fields first, to the URL of the ticket', async () => {
  const { run, sent } = runThat({ answer: () => STORED })
  const [result] = await run.done
  assert.ok(result?.ok)
  const [request] = sent
  assert.deepEqual(Object.entries(request?.formData ?? {}), [
    ['key', result.cloudPath],
    ['signature', 's'],
    ['x-cos-meta-fileid', 'c'],
    ['success_action_status', '201'],
    ['x-cos-security-token', 't'],
  ])
  assert.deepEqual([request?.url, request?.filePath, request?.name], ['https://up', FILE.tempFilePath, 'file'])
  assert.deepEqual([result.fileID, result.size], [`cloud://e.b/${result.cloudPath}`, 10])
})

test('200, 201 and 204 mean stored', async () => {
  for (const statusCode of [200, 201, 204]) {
    const [result] = await runThat({ answer: () => ({ statusCode, data: '' }) }).run.done
    assert.equal(result?.ok, true)
  }
})

test('the timeout grows with the file, unless one is given', async () => {
  const timeouts: number[] = []
  const answer = ({ timeout }: UploadRequest) => {
    timeouts.push(timeout)
    return STORED
  }
  await runThat({ answer }).run.done
  await runThat({ answer }, { timeoutMs: 5 }).run.done
  assert.deepEqual(timeouts, [60_001, 5])
})

test('an abort that the kit did not request is a network error', async () => {
  const { run, sent } = runThat({
    answer: (_request, before) => (before === 0 ? { errMsg: 'uploadFile:fail abort' } : STORED),
  })
  assert.equal((await run.done)[0]?.ok, true)
  assert.equal(sent.length, 2)
  assert.equal(sent[0]?.formData.key, sent[1]?.formData.key, 'a repeated upload has the same path')
})

test('the total progress never decreases, even if a file starts again', async () => {
  const { run, parts } = runThat({ answer: () => STORED }, { onProgress: (progress) => seen.push(progress) })
  const seen: UploadProgress[] = []
  let calls = 0
  Object.assign(parts, {
    wx: fakeWx({
      uploadFile({ success, fail }) {
        calls += 1
        const first = calls === 1
        setTimeout(() => (first ? fail({ errMsg: 'uploadFile:fail' }) : success(STORED)), 120)
        return { abort: () => undefined, onProgressUpdate: (tell) => tell({ progress: first ? 80 : 10 }) }
      },
    }),
  })
  assert.equal((await run.done)[0]?.ok, true)
  assert.deepEqual([...new Set(seen.map(({ progress }) => progress))], [0, 80, 100])
  assert.ok(seen.some(({ progress, files }) => progress === 80 && files[0]?.progress === 10))
})

test('an interruption in the foreground counts as a try', async () => {
  const { run, sent } = runThat({ answer: () => ({ errMsg: 'uploadFile:fail interrupted' }) }, { retries: 2 })
  const [result] = await run.done
  assert.equal(!result?.ok && result?.error.code, 'INTERRUPTED')
  assert.equal(sent.length, 3)
})

test('an answer without a URL, and an id that cannot name a directory, are errors', async () => {
  const empty = runThat({ answer: () => STORED, getUploadMetadata: async () => ({}) as never }, { retries: 0 })
  const [result] = await empty.run.done
  assert.equal(!result?.ok && result?.error.code, 'SERVER_ERROR')
  const [odd] = await runThat({ answer: () => STORED, uid: 'a/b' }).run.done
  assert.equal(!odd?.ok && odd?.error.code, 'INVALID_FILE_NAME')
})

test('exceptions in wx and in callbacks neither stop the run nor leak slots', async (t) => {
  const thrown: unknown[] = []
  t.mock.method(globalThis, 'setTimeout', ((callback: () => void, ms?: number) => {
    if (ms !== undefined) return setImmediate(callback)
    try {
      callback()
    } catch (error) {
      thrown.push(error)
    }
    return undefined
  }) as unknown as typeof setTimeout)
  const boom = new Error('boom')
  const { run, parts } = runThat(
    {
      answer: () => STORED,
    },
    {
      retries: 0,
      concurrency: 1,
      onFile: () => {
        throw boom
      },
    },
    3,
  )
  const upload = parts.wx.uploadFile
  let calls = 0
  Object.assign(parts, {
    wx: fakeWx({
      uploadFile: (request) => {
        calls += 1
        if (calls === 1) throw new Error('parameter error')
        return upload(request)
      },
    }),
  })
  const results = await run.done
  assert.deepEqual(
    results.map((result) => (result.ok ? 'ok' : result.error.code)),
    ['UNKNOWN', 'ok', 'ok'],
  )
  assert.deepEqual(thrown, [boom, boom, boom])
  assert.ok(Array.from({ length: MAX_UPLOADS }, () => parts.slots.take()).every(Boolean), 'all slots are free again')
})
