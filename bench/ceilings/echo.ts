/** Ceiling of a JSON call: the framework that the server uses, answering the JSON that it was sent. */
import { createRequire } from 'node:module'
import type { fastify as Fastify } from 'fastify'

// The very copy that the server runs on; the bench itself depends on nothing.
const require = createRequire(new URL('../../packages/server/package.json', import.meta.url))
const { fastify } = require('fastify') as { fastify: typeof Fastify }

const app = fastify()
app.post('/web', async (request) => request.body)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`ceiling ready at ${url}\n`)
process.once('SIGTERM', () => process.exit(0))
