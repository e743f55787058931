import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A web site with one page, on a port of its own. Pages can reach it by any name that leads to this machine. */
export interface WebSite {
  readonly port: number
  close(): void
}

/** @param script what the page runs */
export async function serveSite(script: string): Promise<WebSite> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/app.js'
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' })
    response.end(isScript ? script : '<!doctype html><title>site</title><script src="/app.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
