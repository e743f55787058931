import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { test } from 'node:test'
import type { FastifyRequest } from 'fastify'
import { createOffload } from './offload.ts'

const offload = createOffload({ location: '/files/', trustedProxies: ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'] })

function canSend(address: string | undefined, headers: IncomingHttpHeaders = { 'x-forwarded-for': '203.0.113.1' }) {
  const request = { raw: { socket: { remoteAddress: address } }, headers } as Pick<FastifyRequest, 'raw' | 'headers'>
  return offload.canSend(request, 'whole')
}

test('nginx sends what is asked through a trusted address, and nothing else', () => {
  for (const trusted of ['10.1.2.3', '192.0.2.7', '::ffff:10.1.2.3', '2001:db8:1::1'])
    assert.ok(canSend(trusted), trusted)
  for (const other of ['11.0.0.1', '192.0.2.8', '::ffff:192.0.2.8', '2001:db9::1', '::1', undefined]) {
    assert.ok(!canSend(other), other)
  }
})

test('a request of a program at a trusted address, without the header of a proxy, gets bytes', () => {
  assert.ok(!canSend('10.1.2.3', {}))
})
