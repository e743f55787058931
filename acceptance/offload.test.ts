/** What a proxy that sends files itself finds in the data directory of the only server. */
import assert from 'node:assert/strict'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { serverForFile } from './support/server.ts'
import { newPerson, own, send, temporaryUrl, upload } from './support/wire.ts'

const server = await serverForFile({
  config: { storage: { acl: 'PRIVATE' } },
  args: ['--trusted-proxy', '127.0.0.1', '--offload', 'x-accel=/files/'],
})

test('a file that is replaced after its name was told is still there for the proxy', async () => {
  const who = await newPerson(server)
  const path = own(who, 'large.bin')
  await upload(server, who, path, Buffer.alloc(300_000, 'a'))
  const { tempFileURL } = await temporaryUrl(server, who, path)
  const answer = await send(tempFileURL, { headers: { 'x-forwarded-for': '203.0.113.7' } })
  const named = /^\/files\/(.+)$/.exec(String(answer.headers['x-accel-redirect']))?.[1]
  assert.ok(named)
  const file = join(server.dataDir, server.env, 'blobs/data', named)
  await access(file)
  // Long enough for bytes that go at once to be gone.
  for (const letter of 'bcdef') await upload(server, who, path, Buffer.alloc(300_000, letter))
  await access(file)
})
