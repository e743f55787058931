/** A load balancer in front of a server with workers: every request is a new connection, so the workers take turns. */
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RunningServer } from './server.ts'

export interface WorkerBalancer {
  readonly url: string
  close(): Promise<void>
}

export async function openWorkerBalancer({
  host,
  port,
}: Pick<RunningServer, 'host' | 'port'>): Promise<WorkerBalancer> {
  const hostname = host.split(':')[0] ?? host
  const balancer = http.createServer((request, response) => {
    const { method, url, headers } = request
    const onward = http.request(
      { hostname, port, method, path: url, headers: { ...headers, connection: 'close' }, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  balancer.listen(0, '127.0.0.1')
  await once(balancer, 'listening')
  return {
    url: `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`,
    async close() {
      balancer.closeAllConnections()
      balancer.close()
      await once(balancer, 'close')
    },
  }
}
