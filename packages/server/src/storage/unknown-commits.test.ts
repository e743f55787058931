/** Uploads whose commit has an unknown outcome, or comes a day late. */
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { CloudsteadError } from '@cloudstead/protocol'
import { RecordsUnavailableError } from '../engines/records/unavailable.ts'
import { ADMIN, storageForFile } from './storage.fixture.ts'

const setup = await storageForFile()
const { storage, records, clock, hooks } = setup

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('new')
}

async function overwrite(path: string, meanwhile: () => void = () => {}): Promise<void> {
  const { ticket } = await storage.issueUpload(ADMIN, path)
  const admitted = await storage.admitUpload(ticket, undefined)
  async function* body(): AsyncGenerator<Uint8Array> {
    yield* bytes()
    meanwhile()
  }
  await storage.receiveUpload(admitted, body(), {})
}

describe('an upload', () => {
  afterEach(async () => {
    delete hooks.commit
    await setup.emptyTrash()
    await setup.clear()
  })

  it('keeps its bytes when it is unknown whether the commit has happened: it may still happen', async () => {
    await setup.upload('a', 'old')
    let late: Promise<unknown> | undefined
    hooks.commit = (commit) => {
      delete hooks.commit
      // As when a standby does not answer: refused, and done after that.
      late = new Promise((done) => setImmediate(done)).then(commit)
      throw new RecordsUnavailableError('away')
    }
    await assert.rejects(overwrite('a'), { name: 'RecordsUnavailableError' })
    await late
    assert.deepEqual(await setup.contents(), { a: 'new' })
    await setup.emptyTrash()
    assert.deepEqual(await setup.contents(), { a: 'new' })
    assert.equal((await setup.blobs()).length, 1)
  })

  it('that took a day names nothing, because the sweep may have taken its bytes', async () => {
    await setup.upload('a', 'old')
    const late = overwrite('a', () => {
      clock.now += 25 * 60 * 60 * 1000
    })
    await assert.rejects(late, (error) => error instanceof CloudsteadError && error.code === 'STORAGE_REQUEST_FAIL')
    assert.deepEqual(await setup.contents(), { a: 'old' })
    assert.equal((await setup.blobs()).length, 1)
    assert.equal((await records.find({ space: 'trash', limit: 10 })).records.length, 0)
  })
})
