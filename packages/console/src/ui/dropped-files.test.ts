import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Entry, filesOfEntries } from './dropped-files.ts'

test('dropped folders yield every file with its path, even if a reader returns few entries at a time', async () => {
  const file = (name: string): Entry =>
    Object.assign(
      { isFile: true, isDirectory: false, name },
      { file: (done: (file: File) => void) => done(new File(['x'], name)) },
    )
  const folder = (name: string, batches: readonly (readonly Entry[])[]): Entry => {
    const createReader = () => {
      const left = [...batches]
      return { readEntries: (done: (entries: readonly Entry[]) => void) => done(left.shift() ?? []) }
    }
    return Object.assign({ isFile: false, isDirectory: true, name }, { createReader })
  }
  const found = await filesOfEntries([file('a'), folder('b', [[file('c'), folder('d', [[file('e')]])], [file('f')]])])
  assert.deepEqual(
    found.map(({ path }) => path),
    ['a', 'b/c', 'b/d/e', 'b/f'],
  )
})
