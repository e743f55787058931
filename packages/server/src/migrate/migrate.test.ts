import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { lockDataDir, openDataDir } from '../data-dir.ts'
import { openEngines } from '../engines/open.ts'
import { entry, put } from '../engines/records/records.fixture.ts'
import { loadSecrets } from '../secrets.ts'
import type { Side } from './copier.ts'
import { blobsOf, ENV, firstDifference, putFile } from './migrate.fixture.ts'
import { type MigrateOptions, type MigrationReport, migrate } from './migrate.ts'
import type { Phase } from './progress.ts'
import { refuseUnfinished } from './state.ts'

const SILENT: MigrationReport = { progress() {}, began() {}, upToDate() {} }

/** Runs a test in a directory with the data directory `source`, which has an environment. */
async function inDirectory(work: (dir: string, options: MigrateOptions) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'cloudstead-migrate-'))
  try {
    await loadSecrets(join(dir, 'source', ENV))
    await open(dir, 'source', async (side) => {
      await side.records.commit(
        Array.from({ length: 250 }, (_, at) => put('doc:a', `${at}`, 'x', [entry('i', `${at}`)])),
      )
      for (let at = 0; at < 5; at++) await putFile(side, `${at}.txt`, `text ${at}`)
    })
    await work(dir, {
      env: ENV,
      from: { dataDir: join(dir, 'source') },
      to: { dataDir: join(dir, 'target') },
      wait: true,
      isStopped: false,
      thoroughness: 'all',
      report: SILENT,
    })
  } finally {
    await rm(dir, { recursive: true })
  }
}

async function open(dir: string, name: string, work: (side: Side) => Promise<void>): Promise<void> {
  const paths = openDataDir(join(dir, name), ENV)
  const engines = await openEngines({ records: paths.records, blobs: { directory: paths.blobs }, exclusive: false })
  await work(engines).finally(() => engines.close())
}

const secretsOf = (dir: string, name: string) => readFile(join(dir, name, ENV, 'secrets.json'), 'utf8')

test('interrupted in every phase and repeated, it copies everything; until then no server can start on the target', () =>
  inDirectory(async (dir, options) => {
    const began: boolean[] = []
    for (const phase of ['measuring', 'copying', 'following', 'finishing', 'verifying'] satisfies Phase[]) {
      const report: MigrationReport = {
        ...SILENT,
        began: (isNew) => began.push(isNew),
        progress(progress) {
          if (progress.phase === phase) throw new Error(`ended while ${phase}`)
        },
      }
      await assert.rejects(migrate({ ...options, report }), new RegExp(`ended while ${phase}`))
      await open(dir, 'target', (side) => assert.rejects(refuseUnfinished(side.records), /has not finished/))
    }
    assert.deepEqual(began, [true, false, false, false, false])
    assert.deepEqual(await migrate(options), { records: 255, files: 5, damaged: 0, lost: 0 })
    assert.equal(await secretsOf(dir, 'target'), await secretsOf(dir, 'source'))
    await open(dir, 'source', (source) =>
      open(dir, 'target', async (target) => {
        await refuseUnfinished(target.records)
        assert.equal(await firstDifference(source.records, target.records, ['doc:a', 'files']), undefined)
        assert.deepEqual(await blobsOf(target), await blobsOf(source))
      }),
    )
    await assert.rejects(migrate(options), /the target has data already/)
  }))

test('secrets that were stored just before an interruption do not get in the way', () =>
  inDirectory(async (dir, options) => {
    const report = {
      ...SILENT,
      progress({ phase }: { readonly phase: Phase }) {
        if (phase === 'verifying') throw new Error('ended')
      },
    }
    await assert.rejects(migrate({ ...options, report }), /ended/)
    await loadSecrets(join(dir, 'target', ENV))
    assert.equal((await migrate(options))?.records, 255)
    assert.equal(await secretsOf(dir, 'target'), await secretsOf(dir, 'source'))
  }))

test('while a server runs it copies and waits, or says that it would', () =>
  inDirectory(async (dir, options) => {
    const unlock = lockDataDir(openDataDir(join(dir, 'source'), ENV))
    await assert.rejects(migrate({ ...options, isStopped: true }), /--stopped is not true/)
    assert.equal(await migrate({ ...options, wait: false }), undefined)
    await open(dir, 'target', async ({ records }) => {
      assert.deepEqual([await records.count('doc:a'), await records.count('files')], [250, 5])
    })
    const waiting = Promise.withResolvers<void>()
    const migrated = migrate({ ...options, report: { ...SILENT, upToDate: waiting.resolve } })
    await waiting.promise
    await open(dir, 'source', async (side) => {
      await side.records.commit([put('doc:new', 'x', '1')])
      await putFile(side, '1.txt', 'again')
    })
    unlock()
    assert.deepEqual(await migrated, { records: 256, files: 5, damaged: 0, lost: 0 })
    // The lock was given back.
    lockDataDir(openDataDir(join(dir, 'source'), ENV))()
    lockDataDir(openDataDir(join(dir, 'target'), ENV))()
  }))

test('records with files and a store without their bytes are no source', () =>
  inDirectory(async (dir, options) => {
    const from = { ...options.from, blobs: { directory: join(dir, 'empty') } }
    await assert.rejects(migrate({ ...options, from }), /has not the bytes of its files/)
    const home = { space: 'cluster', id: 'home', value: JSON.stringify({ env: ENV, store: 'a', isMarked: true }) }
    await open(dir, 'source', async ({ records }) => {
      await records.commit([put(home.space, home.id, home.value)])
    })
    await assert.rejects(migrate({ ...options, from }), /--from-blobs is not the store/)
    await assert.rejects(migrate(options), /--from-blobs is missing/)
  }))
