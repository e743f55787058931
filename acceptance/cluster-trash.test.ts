/** The bytes of overwritten files: readers never miss them, and they go, whoever does the periodic work. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { startServers } from './support/cluster.ts'
import { lacksPostgres } from './support/postgres.ts'
import { eventually } from './support/until.ts'
import { newPerson, own, send, stored, temporaryUrl, upload } from './support/wire.ts'

const CONFIG = { storage: { acl: 'PRIVATE' } }
const OVERWRITES = 500
const AT_ONCE = 3
const READERS = 4
/** Half of them are small enough for the memory of the server. */
const SIZES = [200, 100_000] as const
/** Bytes that nobody needs are kept for 30 s and looked for every 5 s. */
const EMPTIED_WITHIN_MS = 60_000
/** A lease of 30 s runs out first. */
const TAKEN_OVER_WITHIN_MS = 70_000

describe('overwritten files', { skip: lacksPostgres(), concurrency: 2 }, () => {
  test(`two servers overwrite one path ${2 * OVERWRITES} times with readers on a third: no 404, no mix, and one blob stays`, async (t) => {
    const cluster = await startServers({ count: 3, files: 's3', config: CONFIG })
    t.after(() => cluster.dispose())
    const [one, two, reading] = cluster.nodes
    assert.ok(one && two && reading)
    const who = await newPerson(one)
    const path = own(who, 'contested.bin')
    await upload(one, who, path, version(0))
    let left = 2 * OVERWRITES
    const writer = async (server: typeof one): Promise<void> => {
      while (left > 0) {
        left -= 1
        await upload(server, who, path, version(left))
      }
    }
    let reads = 0
    const reader = async (): Promise<void> => {
      while (left > 0) {
        const { tempFileURL } = await temporaryUrl(reading, who, path)
        const { status, body } = await send(tempFileURL)
        assert.equal(status, 200)
        assert.ok(isWhole(body), `${body.length} bytes that are no version`)
        reads += 1
      }
    }
    await Promise.all([
      ...Array.from({ length: AT_ONCE }, () => [writer(one), writer(two)]).flat(),
      ...Array.from({ length: READERS }, reader),
    ])
    t.diagnostic(`${reads} reads`)
    await eventually('one blob', async () => (await cluster.blobs()).length === 1, EMPTIED_WITHIN_MS)
    for (const server of cluster.nodes) assert.ok(isWhole((await stored(server, who, path)) as Buffer))
  })

  test('when the server that does the periodic work is killed, another one takes over', async (t) => {
    const cluster = await startServers({ count: 1, config: CONFIG })
    t.after(() => cluster.dispose())
    const [holder] = cluster.nodes
    assert.ok(holder)
    const heir = await cluster.startNode()
    const who = await newPerson(heir)
    for (const text of ['old', 'new']) await upload(heir, who, own(who, 'a.txt'), text)
    await holder.kill()
    assert.equal((await cluster.blobs()).length, 2)
    await eventually('one blob', async () => (await cluster.blobs()).length === 1, TAKEN_OVER_WITHIN_MS)
    assert.equal(String(await stored(heir, who, own(who, 'a.txt'))), 'new')
  })
})

/** Bytes that show when they are those of two versions. */
function version(number: number): Buffer {
  const id = Buffer.concat([randomBytes(8), Buffer.from(`${number}\n`)])
  const size = SIZES[number % SIZES.length] ?? 0
  return Buffer.concat(Array.from({ length: Math.ceil(size / id.length) }, () => id))
}

function isWhole(body: Buffer): boolean {
  const length = body.indexOf('\n', 8) + 1
  if (length === 0 || body.length % length !== 0) return false
  const id = body.subarray(0, length)
  return body.equals(Buffer.concat(Array.from({ length: body.length / length }, () => id)))
}
