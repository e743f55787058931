import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { parseConfig } from '../config/index.ts'
import { ownHosts, refuseForeignHosts } from './foreign-hosts.ts'

test('the name of the public URL, listed names and names that nobody can register are accepted, whatever their case and port', async () => {
  let hosts: readonly string[] = []
  const app = fastify()
  const isOwnHost = ownHosts({
    publicUrl: 'https://Files.example.com',
    settings: () => parseConfig(JSON.stringify({ security: { hosts } }), { mode: 'start' }),
  })
  refuseForeignHosts(app, isOwnHost)
  app.get('/', async () => 'x')
  const status = async (host: string) => (await app.inject({ url: '/', headers: { host } })).statusCode
  for (const host of [
    'files.example.com',
    'FILES.example.com:8443',
    '10.0.0.1',
    '[::1]:80',
    'localhost',
    'cloudstead:8787',
  ]) {
    assert.equal(await status(host), 200, host)
  }
  for (const host of ['example.com', 'files.example.com.evil', '1.2.3', 'a b']) {
    assert.notEqual(await status(host), 200, host)
  }
  hosts = ['Api.example.org']
  assert.equal(await status('api.example.org:8787'), 200)
  assert.notEqual(await status('example.com'), 200)
  await app.close()
})
