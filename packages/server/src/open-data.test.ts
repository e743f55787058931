import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { openData } from './open-data.ts'

const ENV = 'demo-1abcde'

describe('a store of files beside the data directory', () => {
  let folder: string
  const at = (name: string) => ({ dataDir: join(folder, name), blobs: { directory: join(folder, 'files') } })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cloudstead-data-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('is not locked with it: a server that is refused has not touched an upload of the one that has it', async () => {
    const data = await openData(ENV, at('first'))
    const begun = Promise.withResolvers<void>()
    const refused = Promise.withResolvers<void>()
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(3_000_000, 'a')
      begun.resolve()
      await refused.promise
      yield Buffer.from('end')
    }
    const writing = data.blobs.write(slow(), { limit: 4_000_000 })
    await begun.promise
    await assert.rejects(openData(ENV, at('second')), /belongs to other records/)
    refused.resolve()
    const { id } = await writing
    assert.equal((await buffer(await data.blobs.read(id))).length, 3_000_003)
    assert.equal(data.blobs.exclusiveSince, undefined)
    await data.close()
  })

  test('the directory is free again after a refusal and after closing', async () => {
    await (await openData(ENV, at('first'))).close()
    await assert.rejects(openData(ENV, at('second')), /belongs to other records/)
    const again = await openData(ENV, { dataDir: join(folder, 'second') })
    await assert.rejects(openData(ENV, { dataDir: join(folder, 'second') }), { name: 'DataDirInUseError' })
    await again.close()
    await (await openData(ENV, at('first'))).close()
  })
})
