/** node-sdk 3.18.3 directed by environment variables only. sdk-storage-node.test.ts and others test its calls. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { createAdmin } from './support/clients.ts'
import { serverForFile } from './support/server.ts'
import { serverSdk } from './support/server-sdk.ts'

interface Sdk {
  readonly SYMBOL_CURRENT_ENV: symbol
  init(options?: object): ReturnType<typeof createAdmin>
}

const server = await serverForFile()
const sdk = await serverSdk<Sdk>(server, '@cloudbase/node-sdk')

for (const [env, options] of [
  ['named', { env: server.env }],
  ['current', { env: sdk.SYMBOL_CURRENT_ENV }],
  ['absent', undefined],
] as const) {
  test(`node-sdk 3.18.3, the environment in init: ${env}`, async () => {
    const app = sdk.init(options)
    const bytes = Buffer.from(env)
    const { fileID } = await app.uploadFile({ cloudPath: `${env}/图.txt`, fileContent: bytes })
    assert.deepEqual((await app.downloadFile({ fileID })).fileContent, bytes)
    await app.database().createCollection(env)
    const { id } = await app.database().collection(env).add({ n: 1 })
    assert.deepEqual((await app.database().collection(env).doc(String(id)).get()).data, [{ _id: id, n: 1 }])
    await assert.rejects(async () => app.auth().getEndUserInfo('nobody-here'), { code: 'NOT_FOUND' })
  })
}
