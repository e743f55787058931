import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import { createFileIndex } from './file-index.ts'
import { FILES_SPACE } from './file-record.ts'
import { ENV, storageForFile } from './storage.fixture.ts'

const setup = await storageForFile()
const busy = (error: unknown) => error instanceof CloudsteadError && error.code === 'SERVER_BUSY'

describe('files without index entries', () => {
  it('are indexed once, whoever asks, and a list waits for that only for a limited time', async () => {
    await setup.seed(['a/1.txt', 'a/2.txt'])
    const held = Promise.withResolvers<void>()
    const started = Promise.withResolvers<void>()
    let commits = 0
    const index = createFileIndex({
      env: ENV,
      records: {
        ...setup.records,
        async commit(...request) {
          commits += 1
          started.resolve()
          await held.promise
          return setup.records.commit(...request)
        },
      },
    })
    const settled = index.settle()
    await started.promise
    await Promise.all([index.ready(), index.ready()].map((list) => assert.rejects(list, busy)))
    held.resolve()
    await settled
    await index.ready()
    assert.equal(commits, 2, 'one for the files, one for the mark')
    const bySize = { space: FILES_SPACE, index: 'folder-size', limit: 10 }
    assert.equal((await setup.records.find(bySize)).records.length, 2)
  })

  it('are indexed by the next one who asks when the server stopped in between', async () => {
    const marks = await setup.records.find({ space: 'auth:indexed', limit: 10 })
    await setup.records.commit(marks.records.map(({ space, id }) => ({ op: 'delete', space, id })))
    const index = createFileIndex({ env: ENV, records: setup.records })
    await index.settle(AbortSignal.abort())
    assert.equal(await setup.records.count('auth:indexed'), 0)
    await index.ready()
    assert.equal(await setup.records.count('auth:indexed'), 1)
  })
})
