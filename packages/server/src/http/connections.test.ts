import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { followConnections } from './connections.ts'

const CLIENTS = 40
/** Time that the server is busy with each request. All of them together take far longer than it waits for bytes. */
const BUSY_MS = 10

/** Sends one request on each of `clients` connections, counts them in `sent` and posts how many were answered. */
const CLIENT = `
const { connect } = require('node:net')
const { parentPort, workerData: { port, clients, sent } } = require('node:worker_threads')
let ended = 0
let answered = 0
for (let at = 0; at < clients; at += 1) {
  const socket = connect(port, () => {
    socket.write('GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
    Atomics.add(sent, 0, 1)
  })
  let text = ''
  socket.on('data', (part) => { text += part }).on('error', () => {})
  socket.on('close', () => {
    ended += 1
    if (text.startsWith('HTTP/1.1 200')) answered += 1
    if (ended === clients) parentPort.postMessage(answered)
  })
}
`

function busy(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('a busy server that is stopped answers every request that has reached the machine', async () => {
  const server = createServer((_request, response) => {
    busy(BUSY_MS)
    response.end('ok')
  })
  const connections = followConnections(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const sent = new Int32Array(new SharedArrayBuffer(4))
  const client = new Worker(CLIENT, { eval: true, workerData: { port, clients: CLIENTS, sent } })
  try {
    const answered = once(client, 'message')
    await once(client, 'online')
    // This loop blocks the event loop, so the client connects and sends while nothing is accepted.
    while (Atomics.load(sent, 0) < CLIENTS);
    await connections.arrived()
    const closed = once(server, 'close')
    server.close()
    connections.closeIdle()
    assert.deepEqual(await answered, [CLIENTS])
    await closed
  } finally {
    await client.terminate()
  }
})

test('an idle connection that is accepted after closeIdle is closed', async () => {
  const server = createServer((_request, response) => response.end('ok'))
  const connections = followConnections(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  connections.closeIdle()
  const socket = connect(port)
  await once(socket, 'close')
  server.close()
})
