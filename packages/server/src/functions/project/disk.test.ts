import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, test } from 'node:test'
import { createDisk } from './disk.ts'

const DIR = mkdtempSync(join(tmpdir(), 'cloudstead-disk-'))
after(() => rmSync(DIR, { recursive: true }))
const FILE = join(DIR, 'a.json')

/** Files that were written long ago, as far as the disk can tell. */
const later = () => Date.now() + 60_000

beforeEach(() => writeFileSync(FILE, 'one'))

describe('a file', () => {
  test('that has not changed', () => {
    const disk = createDisk(later)
    assert.deepEqual(disk.text(FILE), { value: 'one' })
    assert.equal(disk.changed(), false)
  })

  test('that was edited, replaced, removed', () => {
    for (const edit of [
      () => writeFileSync(FILE, 'longer'),
      () => {
        writeFileSync(join(DIR, 'new'), 'two')
        renameSync(join(DIR, 'new'), FILE)
      },
      () => rmSync(FILE),
    ]) {
      const disk = createDisk(later)
      disk.text(FILE)
      edit()
      assert.equal(disk.changed(), true)
    }
  })

  test('that was edited with the same size, and its time put back', () => {
    const disk = createDisk(later)
    utimesSync(FILE, 1_000, 1_000)
    disk.text(FILE)
    // The clock of the file system moves in steps.
    const start = Date.now()
    while (Date.now() < start + 15);
    writeFileSync(FILE, 'two')
    utimesSync(FILE, 1_000, 1_000)
    assert.equal(disk.changed(), true)
  })

  test('that was written just now may change again without any sign', () => {
    const disk = createDisk()
    writeFileSync(FILE, 'two')
    const stamp = Date.now()
    disk.text(FILE)
    // On a machine so busy that the read came late, the file had settled.
    if (Date.now() - stamp < 10) assert.equal(disk.changed(), true)
    disk.restart()
    assert.deepEqual(disk.text(FILE), { value: 'two' })
  })

  test('that appears', () => {
    const disk = createDisk(later)
    const path = join(DIR, 'later.json')
    assert.deepEqual(disk.text(path), { absent: true })
    assert.equal(disk.changed(), false)
    writeFileSync(path, '')
    assert.equal(disk.changed(), true)
  })

  test('whose directory is a file does not exist', () => {
    assert.deepEqual(createDisk().text(join(FILE, 'b')), { absent: true })
  })
})

test('after a restart, only what is read again is looked at', () => {
  const disk = createDisk(later)
  disk.text(FILE)
  disk.restart()
  writeFileSync(FILE, 'changed')
  assert.equal(disk.changed(), false)
})

test('of several parts, only one is looked at, and what they have in common', () => {
  const disk = createDisk(later)
  const other = join(DIR, 'b.json')
  writeFileSync(other, 'one')
  disk.text(FILE)
  disk.part('b').text(other)
  disk.part('c').text(DIR)
  writeFileSync(other, 'changed')
  assert.deepEqual(
    [disk.changed(), disk.changed('b'), disk.changed('c'), disk.changed('d')],
    [true, true, false, false],
  )
  writeFileSync(FILE, 'changed')
  assert.equal(disk.changed('c'), true)
})

describe('what cannot be read', () => {
  test('a directory, a pipe, a large file, a loop of links', () => {
    const disk = createDisk()
    execFileSync('mkfifo', [join(DIR, 'pipe')])
    writeFileSync(join(DIR, 'large'), 'x'.repeat(1_000_001))
    symlinkSync(join(DIR, 'loop'), join(DIR, 'loop'))
    for (const name of ['.', 'pipe', 'large', 'loop']) assert.ok('failure' in disk.text(join(DIR, name)), name)
    assert.ok('failure' in disk.entries(FILE))
  })
})
