/** A load balancer for tests. It sends requests in turn to the servers whose `/ready` answers 200, or to all if none does. */
import { once } from 'node:events'
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import type { RunningServer } from './server.ts'

type Node = Pick<RunningServer, 'url' | 'host' | 'port' | 'env'>

export interface Balancer {
  readonly url: string
  readonly host: string
  readonly port: number
  readonly env: string
  /** Sends requests to this server, too, once it is ready. Resolves then. */
  add(node: Node): Promise<void>
  /** Forgets a server. */
  remove(node: Node): void
  /** The requests that each server was sent, by its URL. */
  readonly sent: ReadonlyMap<string, number>
  close(): Promise<void>
}

const ASK_EVERY_MS = 200
/** An answer of `/ready` that takes longer is none. */
const READY_WITHIN_MS = 2_000

/** Headers that concern one connection and not the request. */
const OF_A_CONNECTION = ['connection', 'keep-alive', 'proxy-connection', 'upgrade']

interface Member {
  readonly node: Node
  isReady: boolean
  timer?: NodeJS.Timeout
}

/** Starts it; it has no server yet. */
export async function startBalancer(env: string): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true })
  const members = new Map<string, Member>()
  const sent = new Map<string, number>()
  let turn = 0

  async function ask(member: Member): Promise<void> {
    member.isReady = await isReady(member.node)
    if (members.get(member.node.url) === member) member.timer = setTimeout(() => void ask(member), ASK_EVERY_MS)
  }

  /** The ready servers, beginning with the one whose turn it is. When none is ready, the machine is busy: all of them. */
  function inTurn(): readonly Node[] {
    const all = [...members.values()]
    const ready = all.filter((member) => member.isReady)
    const asked = (ready.length > 0 ? ready : all).map(({ node }) => node)
    const first = turn++ % Math.max(asked.length, 1)
    return [...asked.slice(first), ...asked.slice(0, first)]
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const node of inTurn()) {
      const answer = await forward(node, incoming, agent)
      if (answer === 'refused') continue
      sent.set(node.url, (sent.get(node.url) ?? 0) + 1)
      response.writeHead(answer.statusCode ?? 502, headersOf(answer))
      await pipeline(answer, response)
      return
    }
    response.writeHead(503).end('no server takes connections')
  }

  const listener = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      // Part of an answer cannot be taken back.
      if (response.headersSent) response.destroy()
      else response.writeHead(502, { connection: 'close' }).end(`no answer: ${String(error)}`)
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo

  function remove(node: Node): void {
    clearTimeout(members.get(node.url)?.timer)
    members.delete(node.url)
  }

  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    port,
    env,
    async add(node) {
      const member: Member = { node, isReady: false }
      members.set(node.url, member)
      await ask(member)
    },
    remove,
    sent,
    async close() {
      for (const { node } of members.values()) remove(node)
      agent.destroy()
      listener.close()
      listener.closeAllConnections()
      await once(listener, 'close')
    },
  }
}

/**
 * Sends a request on, with the Host header of the client. `refused`: the server took no connection, so nothing was sent and
 * another one can be asked.
 */
async function forward(node: Node, incoming: IncomingMessage, agent: Agent): Promise<IncomingMessage | 'refused'> {
  const { method, url } = incoming
  const outgoing = httpRequest(`${node.url}${url}`, { method, headers: headersOf(incoming), agent })
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>
  answered.catch(() => {})
  // One that comes after the answer shows in the answer, too.
  outgoing.on('error', () => {})
  const abort = () => outgoing.destroy()
  incoming.socket.once('close', abort)
  try {
    const [socket] = await once(outgoing, 'socket')
    // Nothing may be read from the client before there is somebody to send it to.
    if (socket.connecting) await once(socket, 'connect')
  } catch (error) {
    incoming.socket.off('close', abort)
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return 'refused'
    throw error
  }
  // A server may answer a body that it refuses before it has read all of it.
  incoming.pipe(outgoing)
  const [answer] = await answered
  answer.once('close', () => incoming.socket.off('close', abort))
  return answer
}

function headersOf({ headers }: IncomingMessage) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_A_CONNECTION.includes(name)))
}

async function isReady({ url }: Node): Promise<boolean> {
  try {
    const { status } = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(READY_WITHIN_MS) })
    return status === 200
  } catch {
    return false
  }
}
