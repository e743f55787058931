import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Records } from '../engines/records/records.ts'
import { openSqliteRecords } from '../engines/records/sqlite/sqlite-records.ts'
import { PURPOSES, type Secrets } from '../secrets.ts'
import { loadSealedSecrets, resealSecrets } from './sealed-secrets.ts'

const masterKey = randomBytes(32)
const env = 'demo-1abcde'
let folder: string
let count = 0

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sealed-'))
})
after(() => rm(folder, { recursive: true }))

async function withRecords(body: (records: Records) => Promise<void>): Promise<void> {
  const records = await openSqliteRecords({ file: join(folder, `${count++}.sqlite`) })
  try {
    await body(records)
  } finally {
    await records.close()
  }
}

const exported = (secrets: Secrets) =>
  PURPOSES.map((purpose) => secrets[purpose].current.secret.export().toString('hex'))

test('several that start at once get the same secrets, a different one for each purpose', () =>
  withRecords(async (records) => {
    const all = await Promise.all([1, 2, 3].map(() => loadSealedSecrets({ records, env, masterKey })))
    const [first = []] = all.map(exported)
    for (const secrets of all) assert.deepEqual(exported(secrets), first)
    assert.equal(new Set(first).size, PURPOSES.length)
  }))

test('the records hold no secret in a readable form', () =>
  withRecords(async (records) => {
    const secrets = await loadSealedSecrets({ records, env, masterKey })
    const [record] = await records.get([{ space: 'cluster', id: 'secrets' }])
    const sealed = Buffer.from((JSON.parse(record?.value ?? '') as { secrets: string }).secrets, 'base64')
    for (const purpose of PURPOSES) {
      const secret = secrets[purpose].current.secret.export()
      for (const bytes of [sealed, Buffer.from(record?.value ?? '')]) {
        assert.ok(!bytes.includes(secret))
        assert.ok(!bytes.includes(secret.toString('base64')))
      }
    }
  }))

test('another master key or environment is refused, and nothing changes', () =>
  withRecords(async (records) => {
    const secrets = exported(await loadSealedSecrets({ records, env, masterKey }))
    const [before] = await records.get([{ space: 'cluster', id: 'secrets' }])
    for (const [wrong, reason] of [
      [{ masterKey: randomBytes(32) }, /master key does not open the secrets/],
      [{ env: 'other-1abcde' }, /the environment demo-1abcde, not of other-1abcde/],
    ] as const) {
      await assert.rejects(loadSealedSecrets({ records, env, masterKey, ...wrong }), reason)
    }
    assert.deepEqual((await records.get([{ space: 'cluster', id: 'secrets' }]))[0], before)
    assert.deepEqual(exported(await loadSealedSecrets({ records, env, masterKey })), secrets)
  }))

test('under another master key the secrets are the same, and the former key opens nothing any more', () =>
  withRecords(async (records) => {
    await assert.rejects(resealSecrets({ records, env, masterKey }, randomBytes(32)), /has no secrets yet/)
    const before = exported(await loadSealedSecrets({ records, env, masterKey }))
    const newKey = randomBytes(32)
    await assert.rejects(resealSecrets({ records, env, masterKey: newKey }, newKey), /does not open the secrets/)
    await resealSecrets({ records, env, masterKey }, newKey)
    assert.deepEqual(exported(await loadSealedSecrets({ records, env, masterKey: newKey })), before)
    await assert.rejects(loadSealedSecrets({ records, env, masterKey }), /does not open the secrets/)
  }))
