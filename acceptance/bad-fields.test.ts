/** Invalid values in every field of every action: a coded error, or a sensible answer. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { admin, assertAnswered, assertRefused, stopUnharmed, web } from './support/refusals.ts'
import { type ApiKey, ENV, type RunningServer, startServer } from './support/server.ts'
import { act, actAsAdmin, newPerson, own, type Person, upload } from './support/wire.ts'
import { spoiled, VALUES } from './support/wrong-values.ts'

let server: RunningServer
let alice: Person
let key: ApiKey
before(async () => {
  const collections = { notes: { acl: 'PRIVATE', indexes: ['title'] } }
  server = await startServer({ config: { storage: { acl: 'PRIVATE' }, database: { collections } } })
  alice = await newPerson(server)
  key = await server.apiKey()
})
after(() => stopUnharmed(server))

/** Every field of every action of `/web`, with a valid value. */
const WEB_ACTIONS: Readonly<Record<string, () => Readonly<Record<string, unknown>>>> = {
  'storage.getUploadMetadata': () => ({ path: own(alice, 'a.txt'), method: 'put', headers: {} }),
  'storage.batchGetDownloadUrl': () => ({ file_list: [{ fileid: `cloud://${ENV}/a`, max_age: 60 }] }),
  'storage.batchDeleteFile': () => ({ fileid_list: [`cloud://${ENV}/a`] }),
  'storage.batchCopyFile': () => ({
    file_list: [{ src_path: 'a', dst_path: 'b', overwrite: true, remove_original: false }],
  }),
  'database.addCollection': () => ({ collectionName: 'notes' }),
  'database.addDocument': () => ({ collectionName: 'notes', data: { title: 'x' } }),
  'database.queryDocument': () => ({
    collectionName: 'notes',
    queryType: 'WHERE',
    query: { title: 'x' },
    order: [{ field: 'title', direction: 'asc' }],
    offset: 0,
    limit: 10,
    projection: { title: 1 },
  }),
  'database.countDocument': () => ({ collectionName: 'notes', queryType: 'WHERE', query: { title: 'x' } }),
  'database.updateDocument': () => ({
    collectionName: 'notes',
    queryType: 'WHERE',
    query: { title: 'x' },
    data: { $set: { title: 'y' } },
    multi: true,
    merge: true,
    upsert: false,
  }),
  'database.deleteDocument': () => ({
    collectionName: 'notes',
    queryType: 'WHERE',
    query: { title: 'x' },
    multi: true,
  }),
}

const EJSON = (value: unknown) => JSON.stringify(value)

/** Every field of every database action of `/admin`, where queries and documents are strings of Extended JSON. */
const ADMIN_ACTIONS: Readonly<Record<string, () => Readonly<Record<string, unknown>>>> = {
  'storage.getUploadMetadata': () => ({ path: 'a.txt' }),
  'storage.batchGetDownloadUrl': () => ({ file_list: [{ fileid: `cloud://${ENV}/a`, max_age: 60 }] }),
  'storage.batchDeleteFile': () => ({ fileid_list: [`cloud://${ENV}/a`] }),
  'database.addCollection': () => ({ collectionName: 'notes' }),
  'database.insertDocument': () => ({ collectionName: 'notes', data: [EJSON({ title: 'x' })] }),
  'database.getDocument': () => ({
    collectionName: 'notes',
    queryType: 'WHERE',
    query: EJSON({ title: 'x' }),
    order: EJSON({ title: 1 }),
    offset: 0,
    limit: 10,
    projection: EJSON({ title: 1 }),
  }),
  'database.calculateDocument': () => ({ collectionName: 'notes', query: EJSON({ title: 'x' }) }),
  'database.modifyDocument': () => ({
    collectionName: 'notes',
    queryType: 'WHERE',
    query: EJSON({ title: 'x' }),
    data: EJSON({ $set: { title: 'y' } }),
    multi: true,
    merge: true,
    upsert: false,
  }),
  'database.removeDocument': () => ({
    collectionName: 'notes',
    queryType: 'WHERE',
    query: EJSON({ title: 'x' }),
    multi: true,
  }),
  'database.modifyAndReturnDoc': () => ({
    collectionName: 'notes',
    query: EJSON({ title: 'x' }),
    data: EJSON({ $set: { title: 'y' } }),
  }),
}

describe('invalid values in every field of every action', () => {
  for (const [action, params] of Object.entries(WEB_ACTIONS)) {
    test(`/web ${action}`, async () => {
      assertAnswered(await act(server, alice, action, params()), 'valid parameters')
      let refused = 0
      for (const [what, wrong] of spoiled(params(), VALUES)) {
        const reply = await act(server, alice, action, wrong as object)
        assertAnswered(reply, `${action} ${what}`)
        if (reply.code !== undefined) refused += 1
      }
      assert.ok(refused > 10)
    })
  }

  for (const [action, params] of Object.entries(ADMIN_ACTIONS)) {
    test(`/admin ${action}`, async () => {
      assertAnswered(await actAsAdmin(server, key.apiKey, action, params()), 'valid parameters')
      const texts = VALUES.map((value) => EJSON(value))
      let refused = 0
      for (const [what, wrong] of spoiled(params(), [...VALUES, ...texts, '{', '{"$oid":1}', '{"a":{"$regex":"("}}'])) {
        const reply = await actAsAdmin(server, key.apiKey, action, wrong as object)
        assertAnswered(reply, `${action} ${what}`)
        if (reply.code !== undefined) refused += 1
      }
      assert.ok(refused > 10)
    })
  }

  test('unknown actions, and names of members of Object.prototype', async () => {
    for (const action of [
      '',
      'x',
      'storage',
      'storage.',
      'STORAGE.GETUPLOADMETADATA',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'storage.getUploadMetadata\u0000',
      'x'.repeat(1_000_000),
      7,
      null,
      undefined,
      [],
      {},
      ['storage.getUploadMetadata'],
    ]) {
      const body = JSON.stringify({ action, env: ENV, envName: ENV })
      for (const reply of [
        await web(server, body),
        await admin(server, body, { authorization: `Bearer ${key.apiKey}` }),
      ]) {
        assertRefused(reply, JSON.stringify(action)?.slice(0, 60) ?? 'none')
        assert.equal(reply.code, 'INVALID_ACTION')
      }
    }
  })

  test('a list of 51 is refused as a whole, without any effect', async () => {
    const path = own(alice, 'kept.txt')
    const id = await upload(server, alice, path, 'x')
    const many = Array.from({ length: 51 }, () => id)
    assert.equal((await act(server, alice, 'storage.batchDeleteFile', { fileid_list: many })).code, 'INVALID_PARAM')
    assert.equal((await act(server, alice, 'storage.batchGetDownloadUrl', { file_list: many })).code, 'INVALID_PARAM')
    const item = { src_path: path, dst_path: own(alice, 'copy.txt'), remove_original: true }
    assert.equal(
      (await act(server, alice, 'storage.batchCopyFile', { file_list: many.map(() => item) })).code,
      'INVALID_PARAM',
    )
    const { data } = await act(server, alice, 'storage.batchGetDownloadUrl', { file_list: many.slice(1) })
    assert.equal(data.download_list.length, 50)
    assert.equal(data.download_list[0].code, 'SUCCESS')
  })

  test('documents cannot modify prototypes', async () => {
    const data = JSON.parse(
      '{"title":"p","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    ) as object
    assertAnswered(await act(server, alice, 'database.addDocument', { collectionName: 'notes', data }), 'add')
    for (const path of ['__proto__.polluted', 'constructor.prototype.polluted', 'a.__proto__.b']) {
      assertAnswered(
        await act(server, alice, 'database.updateDocument', {
          collectionName: 'notes',
          query: { title: 'p' },
          data: { $set: { [path]: 1 } },
          merge: true,
          multi: true,
        }),
        path,
      )
      assertAnswered(
        await act(server, alice, 'database.queryDocument', { collectionName: 'notes', query: { [path]: 1 } }),
        path,
      )
    }
    const { data: found } = await act(server, alice, 'database.queryDocument', {
      collectionName: 'notes',
      query: { polluted: 1 },
    })
    assert.deepEqual(found.list, [])
  })
})
