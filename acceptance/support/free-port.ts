/** Ports for programs that cannot choose one themselves. */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * No system gives these to a connection, or to whoever asks for any port. So a port stays free until the program listens on
 * it, which can take seconds, and while a test has stopped the program.
 */
const FIRST = 20_000
const LAST = 32_000

const given = new Set<number>()

/** A port of the loopback interface on which nobody listens; another one at each call. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  await once(server.close(), 'close')
  return true
}
