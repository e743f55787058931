/** Every call of the server SDKs, each in a process that only environment variables direct to the server, or in a function. */
import { after, before, test } from 'node:test'
import { assertOutcomes } from './compatibility/expectations.ts'
import { programOf, runInFunction } from './compatibility/function-columns.ts'
import { PROBED_FUNCTIONS } from './compatibility/function-probes.ts'
import { runOnServer } from './compatibility/node-columns.ts'
import { SERVER_COLUMNS, type ServerColumn, type ServerSetup } from './compatibility/server-columns.ts'
import { SERVER_CALLS } from './compatibility/server-outcomes.ts'
import { createTicket } from './support/clients.ts'
import { createProject, startFunctionServer } from './support/functions.ts'
import type { RunningServer } from './support/server.ts'
import { loginWithTicket } from './support/wire.ts'

const nameOf = (column: ServerColumn) => `probes-${SERVER_COLUMNS.indexOf(column)}`

let server: RunningServer
let known: Omit<ServerSetup, 'column' | 'collection'>
before(async () => {
  const collections = Object.fromEntries(SERVER_COLUMNS.map((column) => [nameOf(column), { acl: 'PRIVATE' }]))
  const ofFunctions = SERVER_COLUMNS.filter(({ by }) => by === 'function')
  const programs = await Promise.all(
    ofFunctions.map(async (column) => [nameOf(column), await programOf(column)] as const),
  )
  const project = await createProject({ ...PROBED_FUNCTIONS, ...Object.fromEntries(programs) })
  const functions = { defaults: { timeout: 60 } }
  server = await startFunctionServer(project, { config: { database: { collections }, functions } })
  const [apiKey, loginKey] = [await server.apiKey(), await server.loginKey()]
  const customUserId = 'probe-user'
  await loginWithTicket(server, createTicket(loginKey, customUserId))
  known = { server: { url: server.url, env: server.env }, apiKey, loginKey, customUserId }
})
after(() => server.stop())

for (const column of SERVER_COLUMNS) {
  test(`${column.version} by ${column.by}`, async () => {
    const name = nameOf(column)
    const setup = { ...known, column, collection: name }
    const results = column.by === 'function' ? runInFunction(name, setup) : runOnServer(column, setup)
    assertOutcomes(SERVER_CALLS, column, await results)
  })
}
