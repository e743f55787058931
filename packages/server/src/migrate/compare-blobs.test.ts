import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BlobId } from '../engines/blobs/blobs.ts'
import type { NamedBlob } from '../storage/named-blob.ts'
import { compareBlobs } from './compare-blobs.ts'

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

async function compare(named: string, stored: string): Promise<string> {
  const found: string[] = []
  const blobs = [...named].map((id): NamedBlob => ({ blob: id as BlobId, size: 1, sha256: '' }))
  for await (const difference of compareBlobs(each(blobs), each([...stored] as BlobId[]))) {
    found.push('missing' in difference ? `-${difference.missing.blob}` : `+${difference.unnamed}`)
  }
  return found.join(' ')
}

test('finds what is only named and what is only stored', async () => {
  for (const [named, stored, expected] of [
    ['', '', ''],
    ['abc', 'abc', ''],
    ['aabbbc', 'abc', ''],
    ['', 'ab', '+a +b'],
    ['aab', '', '-a -b'],
    ['bd', 'abce', '+a +c -d +e'],
    ['ad', 'bc', '-a +b +c -d'],
  ] as const) {
    assert.equal(await compare(named, stored), expected, `${named} and ${stored}`)
  }
})
