/** Every call of the server SDKs, each in a process that only environment variables direct to the server. */
import { after, before, test } from 'node:test'
import { assertOutcomes } from './compatibility/expectations.ts'
import { runOnServer } from './compatibility/node-columns.ts'
import { SERVER_COLUMNS, type ServerColumn, type ServerSetup } from './compatibility/server-columns.ts'
import { SERVER_CALLS } from './compatibility/server-outcomes.ts'
import { createTicket } from './support/clients.ts'
import { type RunningServer, startServer } from './support/server.ts'
import { loginWithTicket } from './support/wire.ts'

const nameOf = (column: ServerColumn) => `probes-${SERVER_COLUMNS.indexOf(column)}`

let server: RunningServer
let known: Omit<ServerSetup, 'column' | 'collection'>
before(async () => {
  const collections = Object.fromEntries(SERVER_COLUMNS.map((column) => [nameOf(column), { acl: 'PRIVATE' }]))
  server = await startServer({ config: { database: { collections } } })
  const [apiKey, loginKey] = [await server.apiKey(), await server.loginKey()]
  const customUserId = 'probe-user'
  await loginWithTicket(server, createTicket(loginKey, customUserId))
  known = { server: { url: server.url, env: server.env }, apiKey, loginKey, customUserId }
})
after(() => server.stop())

for (const column of SERVER_COLUMNS) {
  test(`${column.version} by ${column.by}`, async () => {
    assertOutcomes(SERVER_CALLS, column, await runOnServer(column, { ...known, column, collection: nameOf(column) }))
  })
}
