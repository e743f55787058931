import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadSecrets, PURPOSES } from './secrets.ts'

const dirs: string[] = []
async function freshDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'cloudstead-secrets-'))
  dirs.push(dir)
  return dir
}
after(() => Promise.all(dirs.map((dir) => rm(dir, { recursive: true }))))

test('RustFS GHSA-m77q: at the first start each purpose gets its own secret, readable by the owner only', async () => {
  const dir = await freshDir()
  const secrets = await loadSecrets(dir)
  const texts = PURPOSES.map((purpose) => secrets[purpose].current.secret.export().toString('hex'))
  assert.equal(new Set(texts).size, PURPOSES.length)
  assert.ok(texts.every((text) => text.length === 64))
  assert.equal((await stat(join(dir, 'secrets.json'))).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(dir), ['secrets.json'])
})

test('a restart and a concurrent process read the same secrets', async () => {
  const dir = await freshDir()
  const loaded = await Promise.all(Array.from({ length: 8 }, () => loadSecrets(dir)))
  const [first] = loaded
  for (const other of loaded) assert.deepEqual(other.objectUrl.current, first?.objectUrl.current)
  assert.deepEqual((await loadSecrets(dir)).accessToken.current, first?.accessToken.current)
})

test('a missing purpose is added; a rotated ring signs with its first key and finds all keys', async () => {
  const dir = await freshDir()
  const before = await loadSecrets(dir)
  const file = join(dir, 'secrets.json')
  const stored = JSON.parse(await readFile(file, 'utf8')) as Record<string, { kid: string; secret: string }[]>
  const added = { kid: 'newer', secret: Buffer.alloc(32, 7).toString('base64') }
  const { providerToken: _dropped, objectUrl = [], ...rest } = stored
  await writeFile(file, JSON.stringify({ ...rest, objectUrl: [added, ...objectUrl] }))
  const secrets = await loadSecrets(dir)
  assert.equal(secrets.objectUrl.current.kid, 'newer')
  assert.deepEqual(secrets.objectUrl.find(before.objectUrl.current.kid), before.objectUrl.current)
  assert.equal(secrets.objectUrl.find('unknown'), undefined)
  assert.equal(secrets.providerToken.all.length, 1)
  assert.deepEqual(secrets.accessToken.current, before.accessToken.current)
})

test('a damaged file is an error and is never replaced silently', async () => {
  const dir = await freshDir()
  await writeFile(join(dir, 'secrets.json'), '{"accessTok')
  await assert.rejects(loadSecrets(dir), /damaged/)
})
