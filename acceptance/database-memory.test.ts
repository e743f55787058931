/** Large documents: operations on many of them need the memory of a few. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, afterEach, before, describe, test } from 'node:test'
import { codeOf, openStage, type Stage } from './support/databases.ts'
import type { Collection } from './support/sdk.ts'

const MIB = 1024 * 1024
const DOCUMENTS = 16
/** 128 MB in total, and a multiple of it (strings, values, answers) if nothing limits them. */
const TEXT = 'x'.repeat(8 * MIB)
/** The memory of a few documents and of uncollected garbage, up to four times as much. */
const MAX_MEMORY = 600 * MIB

let stage: Stage
let large: Collection

before(async () => {
  const collections = { large: { acl: 'ADMINONLY', indexes: ['indexed'] } }
  stage = await openStage({ config: { database: { collections } } })
  large = stage.admin.collection('large')
  for (let n = 0; n < DOCUMENTS; n += 1) await large.add({ _id: `d${n}`, indexed: n, n })
})
after(() => stage.close())

/** The peak memory of the server, in bytes. */
async function peakMemory(): Promise<number> {
  const status = await readFile(`/proc/${stage.server.pid}/status`, 'utf8')
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  assert.ok(peak !== undefined)
  return Number(peak) * 1024
}

// The order matters: the first test creates what the last one removes.
describe(`the server needs little memory for ${DOCUMENTS} documents of 8 MB`, () => {
  afterEach(async () => {
    const peak = await peakMemory()
    assert.ok(peak < MAX_MEMORY, `the server used ${Math.round(peak / MIB)} MB`)
  })

  test('when one update makes all of them large', async () => {
    const { updated } = await large.where({}).update({ text: TEXT })
    assert.equal(updated, DOCUMENTS)
  })

  test('when all of them are searched', async () => {
    const { total } = await large.where({ n: stage.admin.command.gte(5) }).count()
    assert.equal(total, DOCUMENTS - 5)
    const { data } = await large.where({ n: 13 }).get()
    assert.deepEqual(
      data.map(({ _id, text }) => [_id, (text as string).length]),
      [['d13', TEXT.length]],
    )
  })

  test('when they are sorted, with and without an index', async () => {
    for (const field of ['indexed', 'n']) {
      const { data } = await large.orderBy(field, 'desc').limit(2).get()
      assert.deepEqual(
        data.map(({ n }) => n),
        [DOCUMENTS - 1, DOCUMENTS - 2],
      )
    }
  })

  test('when one small field of each is requested', async () => {
    const { data } = await large.field({ n: true }).orderBy('n', 'asc').get()
    assert.deepEqual(
      data.map(({ n }) => n),
      Array.from({ length: DOCUMENTS }, (_, n) => n),
    )
  })

  test('when all of them are requested at once, which is refused', async () => {
    const byId = large.where({ _id: stage.admin.command.in(Array.from({ length: DOCUMENTS }, (_, n) => `d${n}`)) })
    for (const all of [large, large.orderBy('indexed', 'asc'), large.orderBy('n', 'asc'), byId]) {
      assert.equal(await codeOf(all.get()), 'EXCEED_MAX_RESPONSE_SIZE')
    }
  })

  test('when many are changed and all are removed', async () => {
    const { updated } = await large.where({ n: stage.admin.command.gte(10) }).update({ seen: true })
    assert.equal(updated, DOCUMENTS - 10)
    const { deleted } = await large.where({}).remove()
    assert.equal(deleted, DOCUMENTS)
  })
})
