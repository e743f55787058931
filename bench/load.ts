/**
 * The load process: receives jobs over IPC, runs each with several connections, one request at a time on each, and sends the
 * result. It has its own process (and, if possible, its own core), so that its cost is not attributed to the server.
 */
import { randomBytes } from 'node:crypto'
import { type Connection, openConnection, requestHead } from './http-client.ts'
import type { Job, Measured, Plan } from './job.ts'

const JSON_TYPE = 'application/json'

/** Runs one operation on a connection; `n` is its number in the job. */
type Operation = (connection: Connection, n: number) => Promise<void>

async function run(job: Job): Promise<Measured> {
  const connections = await Promise.all(
    Array.from({ length: job.connections }, (_, n) => {
      const { hostname, port } = new URL(at(job.urls, n))
      return openConnection(hostname, Number(port))
    }),
  )
  const operation = operationOf(job)
  const limit = Math.min(job.requests, listLength(job.plan))
  const latencies: number[] = []
  let next = 0
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  const deadline = start + job.seconds * 1000
  try {
    await Promise.all(
      connections.map(async (connection) => {
        for (let began = start; next < limit && began < deadline; ) {
          await operation(connection, next++)
          const ended = performance.now()
          latencies.push(ended - began)
          began = ended
        }
      }),
    )
  } finally {
    for (const connection of connections) connection.close()
  }
  const elapsed = performance.now() - start
  const cpu = process.cpuUsage(cpuBefore)
  latencies.sort((a, b) => a - b)
  return {
    requests: latencies.length,
    seconds: elapsed / 1000,
    p50: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
    loadCpu: (cpu.user + cpu.system) / 1000 / elapsed,
  }
}

/** Each upload URL works only once; other requests can be repeated. */
function listLength(plan: Plan): number {
  if (plan.kind === 'put') return plan.paths.length
  return plan.kind === 'upload' ? plan.bodies.length : Number.POSITIVE_INFINITY
}

function operationOf({ urls, plan, expect }: Job): Operation {
  // Several servers see one host, as behind a load balancer.
  const { host } = new URL(at(urls, 0))
  switch (plan.kind) {
    case 'get': {
      const { token } = plan
      const heads = plan.paths.map((path) => requestHead('GET', path, host, { token }))
      const keepBody = expect !== undefined
      return async (connection, n) => {
        const { status, length, body } = await connection.exchange(at(heads, n), undefined, keepBody)
        if (status !== 200 || length === 0 || (keepBody && !body.includes(expect))) {
          throw new Error(`GET answered ${status} with ${length} bytes ${body.slice(0, 300)}`)
        }
      }
    }
    case 'post': {
      const requests = plan.bodies.map((body) => postText(plan.path, host, body, plan.token))
      return async (connection, n) => {
        await post(connection, at(requests, n), expect)
      }
    }
    case 'put': {
      const bytes = randomBytes(plan.bytes)
      return (connection, n) => put(connection, at(plan.paths, n), host, bytes)
    }
    case 'upload': {
      const requests = plan.bodies.map((body) => postText(plan.path, host, body))
      const bytes = randomBytes(plan.bytes)
      return async (connection, n) => {
        const answer = await post(connection, at(requests, n), expect)
        const { data } = JSON.parse(answer) as { data: { url: string } }
        await put(connection, new URL(data.url).pathname, host, bytes)
      }
    }
  }
}

function at<T>(list: readonly T[], n: number): T {
  const item = list[n % list.length]
  if (item === undefined) throw new Error('the job has an empty list')
  return item
}

function postText(path: string, host: string, body: string, token?: string): string {
  return requestHead('POST', path, host, { length: Buffer.byteLength(body), contentType: JSON_TYPE, token }) + body
}

async function post(connection: Connection, request: string, expect: string | undefined): Promise<string> {
  const { status, body } = await connection.exchange(request, undefined, true)
  if (status !== 200 || (expect !== undefined && !body.includes(expect))) {
    throw new Error(`POST answered ${status} ${body.slice(0, 300)}`)
  }
  return body
}

async function put(connection: Connection, path: string, host: string, bytes: Uint8Array): Promise<void> {
  const head = requestHead('PUT', path, host, { length: bytes.byteLength })
  const { status, body } = await connection.exchange(head, bytes, true)
  if (status !== 200) throw new Error(`PUT answered ${status} ${body.slice(0, 300)}`)
}

process.on('message', (job: Job) => {
  run(job).then(
    (measured) => process.send?.({ measured }),
    (error: unknown) => process.send?.({ error: (error as Error).message }),
  )
})
process.on('disconnect', () => process.exit(0))
