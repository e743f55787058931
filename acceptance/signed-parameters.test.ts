/** Signed requests of node-sdk with somebody between who changes them: a signature does not cover how a name is spelled. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { createAdmin } from './support/clients.ts'
import { type ApiKey, type RunningServer, startServer } from './support/server.ts'
import { actAsAdmin, send } from './support/wire.ts'

const ORDERS = { collectionName: 'orders' }

let server: RunningServer
let key: ApiKey
/** What somebody between does to the bodies. */
let change: (body: string) => string = (body) => body
/** The newest answer. */
let answer = ''

const between = createServer(async (request, response) => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const { 'content-length': _, connection: __, ...headers } = request.headers
  const body = change(Buffer.concat(parts).toString())
  const { status, text } = await send(`${server.url}${request.url}`, { method: request.method ?? '', headers, body })
  answer = text
  response.writeHead(status, { 'content-type': 'application/json' }).end(text)
})

before(async () => {
  server = await startServer({ config: { database: { collections: { orders: { acl: 'PRIVATE' } } } } })
  key = await server.apiKey()
  await once(between.listen(0, '127.0.0.1'), 'listening')
})
after(async () => {
  between.close()
  between.closeAllConnections()
  await server.stop()
})

function orders() {
  const { port } = between.address() as AddressInfo
  const app = createAdmin({ url: `http://127.0.0.1:${port}`, env: server.env }, key)
  return app.database().collection('orders')
}

test('a removal whose query has another name removes nothing', async () => {
  for (const _id of ['a', 'b', 'c']) await orders().add({ _id, n: 1 })
  for (const name of ['QUERY', 'Query', ' query', 'query\\t', '\\u00a0query']) {
    change = (body) => body.replace('"query":', `"${name}":`)
    await Promise.allSettled([orders().where({ n: 2 }).options({ multiple: true }).remove()])
    change = (body) => body
    assert.match(answer, /INVALID_PARAM.*is spelled/, name)
    assert.equal((await orders().count()).total, 3, name)
  }
  assert.equal((await orders().doc('a').remove()).deleted, 1)
  assert.equal((await orders().where({ n: 1 }).options({ multiple: true }).remove()).deleted, 2)
})

test('neither does a removal without a query, nor with any other name changed', async () => {
  await orders().add({ _id: 'kept' })
  const remove = (params: object) => actAsAdmin(server, key.apiKey, 'database.removeDocument', params)
  for (const params of [
    { ...ORDERS, multi: true },
    { ...ORDERS, multi: true, Query: '{}' },
    { CollectionName: 'orders', query: '{}', multi: true },
    { ...ORDERS, query: '{}', MULTI: true },
    { ...ORDERS, query: '{}', TransactionId: 'x' },
  ]) {
    assert.equal((await remove(params)).code, 'INVALID_PARAM', JSON.stringify(params))
  }
  assert.equal((await orders().count()).total, 1)
  assert.equal((await remove({ ...ORDERS, query: '{}', multi: true })).data.deleted, 1)
})
