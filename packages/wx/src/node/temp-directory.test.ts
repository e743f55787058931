import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { TempDirectory } from './temp-directory.ts'

test('temporary directory: created at first use, deleted by remove, and usable again', () => {
  const listeners = process.listenerCount('exit')
  const directory = new TempDirectory()
  directory.remove()
  for (let round = 0; round < 2; round += 1) {
    const { path } = directory
    assert.equal(path, directory.path)
    writeFileSync(join(path, 'a'), 'a')
    directory.remove()
    assert.equal(existsSync(path), false)
  }
  assert.equal(process.listenerCount('exit'), listeners)
})

test('temporary directory: removed when the process exits without remove()', () => {
  const code = `
    import { TempDirectory } from ${JSON.stringify(new URL('./temp-directory.ts', import.meta.url).href)}
    console.log(new TempDirectory().path + '\\n' + new TempDirectory().path)`
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })
  const paths = printed.trim().split('\n')
  assert.equal(paths.length, 2)
  for (const path of paths) {
    assert.match(path, /cloudstead-wx-/)
    assert.equal(existsSync(path), false)
  }
})
