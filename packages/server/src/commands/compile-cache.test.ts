import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { compileCacheDirectory } from './compile-cache.ts'

describe('the directory of the compile cache', { skip: process.getuid === undefined && 'Windows has no modes' }, () => {
  let root: string
  let beside: string
  let caches: string
  /** Where it is when the first choice is not safe. */
  let second: string
  const chosen = () => compileCacheDirectory({ XDG_CACHE_HOME: caches }, beside)
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'compile-cache-')))
    beside = join(root, 'code', '.cache')
    caches = join(root, 'caches')
    second = join(caches, 'cloudstead', 'compile')
    mkdirSync(join(root, 'code'), { mode: 0o755 })
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  test('is beside the code, for its owner only', () => {
    assert.equal(chosen(), beside)
    assert.equal(statSync(beside).mode & 0o777, 0o700)
    assert.equal(chosen(), beside)
  })

  test('is with the caches of the user where there can be none beside the code', () => {
    writeFileSync(beside, 'a file')
    assert.equal(chosen(), second)
    assert.equal(statSync(second).mode & 0o777, 0o700)
  })

  for (const mode of [0o777, 0o770, 0o1777]) {
    test(`is not one that others can write, mode ${mode.toString(8)}`, () => {
      mkdirSync(beside)
      chmodSync(beside, mode)
      assert.equal(chosen(), second)
    })
  }

  test('is not below a directory that others can write, unless that is sticky', () => {
    chmodSync(join(root, 'code'), 0o777)
    assert.equal(chosen(), second)
    chmodSync(join(root, 'code'), 0o1777)
    assert.equal(chosen(), beside)
  })

  test('is judged by where a link leads', () => {
    const open = join(root, 'open')
    mkdirSync(open)
    chmodSync(open, 0o777)
    symlinkSync(open, beside)
    assert.equal(chosen(), second)
  })

  test('is not one of another user', { skip: process.getuid?.() !== 0 && 'only root can give files away' }, () => {
    mkdirSync(beside, { mode: 0o700 })
    chownSync(beside, 12345, 12345)
    assert.equal(chosen(), second)
    chownSync(root, 12345, 12345)
    assert.equal(chosen(), undefined)
  })

  test('is nowhere for a user without a home', {
    skip: process.getuid?.() !== 0 && 'only root can become another',
  }, () => {
    writeFileSync(beside, 'a file')
    const { HOME: home } = process.env
    delete process.env.HOME
    // A number that no user has.
    process.seteuid?.(23_456)
    try {
      assert.equal(compileCacheDirectory({}, beside), undefined)
    } finally {
      process.seteuid?.(0)
      if (home !== undefined) process.env.HOME = home
    }
  })

  test('is nowhere when both places are unsafe', () => {
    writeFileSync(beside, 'a file')
    writeFileSync(caches, 'a file')
    assert.equal(chosen(), undefined)
  })
})
