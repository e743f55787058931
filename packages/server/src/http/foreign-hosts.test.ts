import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { parseConfig } from '../config/index.ts'
import { refuseForeignHosts } from './foreign-hosts.ts'

test('the name of the public URL and listed names are accepted, whatever their case and port', async () => {
  let hosts: readonly string[] = []
  const app = fastify()
  refuseForeignHosts(app, {
    publicUrl: 'https://Files.example.com',
    settings: () => parseConfig(JSON.stringify({ security: { hosts } }), { mode: 'start' }),
  })
  app.get('/', async () => 'x')
  const status = async (host: string) => (await app.inject({ url: '/', headers: { host } })).statusCode
  for (const host of ['files.example.com', 'FILES.example.com:8443', '10.0.0.1', '[::1]:80', 'localhost']) {
    assert.equal(await status(host), 200, host)
  }
  for (const host of ['example.com', 'files.example.com.evil', 'cloudstead:8787', '1.2.3', '0x7f000001', 'a b']) {
    assert.notEqual(await status(host), 200, host)
  }
  hosts = ['Cloudstead']
  assert.equal(await status('cloudstead:8787'), 200)
  assert.notEqual(await status('example.com'), 200)
  await app.close()
})
