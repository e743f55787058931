import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../api/errors.ts'
import { type ClashAnswer, type UploadItem, UploadQueue } from './upload-queue.ts'

const error = (code: string) => new ApiError(409, { code, text: { en: code, zh: code } })

/** A server with some files. With `hold`, the test ends each transfer. */
function setUp(taken: readonly string[] = [], answers: readonly { answer: ClashAnswer; all: boolean }[] = []) {
  const stored = new Set(taken)
  const asked: string[] = []
  const running = new Set<string>()
  let most = 0
  const broken = new Set<string>()
  const held = new Map<string, () => void>()
  const state = { hold: false }
  const arrived: string[] = []
  const queue = new UploadQueue({
    async issue(_file, path, overwrite) {
      if (stored.has(path) && !overwrite) throw error('STORAGE_FILE_EXIST')
      return { url: path, headers: {} }
    },
    send(url, _headers, file, { signal, onProgress }) {
      running.add(url)
      most = Math.max(most, running.size)
      onProgress(file.size / 2)
      return new Promise<void>((resolve, reject) => {
        const end = () => {
          running.delete(url)
          if (broken.has(url)) return reject(error('NETWORK'))
          stored.add(url)
          resolve()
        }
        signal.addEventListener('abort', () => {
          running.delete(url)
          reject(signal.reason)
        })
        if (state.hold) held.set(url, end)
        else setImmediate(end)
      })
    },
    async ask(path) {
      const next = answers[asked.length]
      asked.push(path)
      if (next === undefined) throw new Error(`nobody expected a question about ${path}`)
      return next
    },
    onArrived: (paths) => arrived.push(...paths),
  })
  const add = (...paths: readonly string[]) => queue.add(paths.map((path) => ({ file: new File(['1234'], 'x'), path })))
  const settled = async (
    ready: (items: readonly UploadItem[]) => boolean = (items) =>
      items.every(({ state: one }) => one !== 'waiting' && one !== 'sending'),
  ) => {
    while (queue.items().length === 0 || !ready(queue.items())) await new Promise((done) => setTimeout(done, 5))
    return queue.items().map(({ path, state: one }) => [path, one])
  }
  return { queue, stored, asked, add, settled, state, held, running, arrived, broken, most: () => most }
}

test('files are uploaded a few at a time, and all arrive', async () => {
  const { add, settled, stored, most, arrived, queue } = setUp()
  const paths = Array.from({ length: 20 }, (_, at) => `a/${at}`)
  add(...paths)
  assert.ok((await settled()).every(([, state]) => state === 'done'))
  assert.deepEqual([...stored].sort(), [...paths].sort())
  assert.equal(most(), 3)
  assert.deepEqual([...arrived].sort(), [...paths].sort())
  assert.deepEqual(queue.totals(), { files: 20, bytes: 80, sent: 80, open: 0, done: 20, failed: 0 })
  queue.clear()
  while (queue.items().length > 0) await new Promise((done) => setTimeout(done, 5))
})

test('if a file exists already, the user decides', async () => {
  const answers = (['replace', 'skip', 'both'] as const).map((answer) => ({ answer, all: false }))
  const { add, settled, asked, stored } = setUp(['a.txt', 'b.txt', 'c.txt', 'c (2).txt'], answers)
  add('a.txt', 'b.txt', 'c.txt', 'd.txt')
  assert.deepEqual(await settled(), [
    ['a.txt', 'done'],
    ['b.txt', 'skipped'],
    ['c (3).txt', 'done'],
    ['d.txt', 'done'],
  ])
  assert.deepEqual(asked, ['a.txt', 'b.txt', 'c.txt'])
  assert.ok(stored.has('c (3).txt'))
})

test('one decision can apply to all files until the queue is empty', async () => {
  const { add, settled, asked } = setUp(
    ['a', 'b', 'c', 'd'],
    [
      { answer: 'skip', all: true },
      { answer: 'replace', all: false },
    ],
  )
  add('a', 'b', 'c')
  assert.ok((await settled()).every(([, state]) => state === 'skipped'))
  add('d')
  assert.deepEqual((await settled((items) => items[3]?.state === 'done')).at(-1), ['d', 'done'])
  assert.equal(asked.length, 2)
})

test('cancelled uploads stop and can be retried, and the others continue', async () => {
  const { add, settled, state, held, queue, running } = setUp()
  state.hold = true
  add('a', 'b', 'c', 'd', 'e')
  await settled((items) => items.filter((item) => item.sent === 2).length === 3)
  const [a, , , d] = queue.items()
  queue.cancel(a?.id ?? 0)
  queue.cancel(d?.id ?? 0)
  await settled((items) => items[4]?.sent === 2)
  assert.deepEqual([...running].sort(), ['b', 'c', 'e'])
  queue.cancelAll()
  assert.ok((await settled()).every(([, one]) => one === 'cancelled'))
  state.hold = false
  held.clear()
  for (const { id } of queue.items()) queue.retry(id)
  assert.ok((await settled((items) => items.every((item) => item.state === 'done'))).length === 5)
})

test('a failed upload has its error and can be retried', async () => {
  const { add, settled, broken, queue } = setUp()
  broken.add('b')
  add('a', 'b')
  assert.deepEqual(await settled(), [
    ['a', 'done'],
    ['b', 'failed'],
  ])
  assert.equal(queue.items()[1]?.error?.code, 'NETWORK')
  assert.equal(queue.totals().failed, 1)
  broken.clear()
  queue.retryFailed()
  assert.deepEqual((await settled((items) => items.every(({ state }) => state === 'done'))).at(-1), ['b', 'done'])
})
