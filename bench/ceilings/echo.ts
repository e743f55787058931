/** Ceiling of a JSON call: the framework of the server, which returns the JSON that it receives. */
import { createRequire } from 'node:module'
import type { fastify as Fastify } from 'fastify'

// The copy that the server uses; the bench itself has no dependencies.
const require = createRequire(new URL('../../packages/server/package.json', import.meta.url))
const { fastify } = require('fastify') as { fastify: typeof Fastify }

const app = fastify()
app.post('/web', async (request) => request.body)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`ceiling ready at ${url}\n`)
process.once('SIGTERM', () => process.exit(0))
