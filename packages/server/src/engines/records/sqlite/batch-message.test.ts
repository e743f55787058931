import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packEntries } from '../entry-list.ts'
import type { BatchResult, QueuedJob } from './batch.ts'
import { packJobs, packResult, unpackJobs, unpackResult } from './batch-message.ts'

test('jobs arrive as they were sent, in their order', () => {
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  const jobs: readonly QueuedJob[] = [
    { writes: [], expectations: [{ space: 's', id: '', version: null }], bytes: 1 },
    { follow: ['a', 'b'], bytes: 2 },
    {
      writes: [
        { space: 's', id: '中', value: '', entries: packEntries([{ index: 'i', key: every, unique: true }]) },
        { space: 's', id: 'gone' },
        { space: 't', id: 'x', value: 'text \0 中' },
      ],
      expectations: [
        { space: 's', id: '中', version: 7 },
        { space: 'u', id: 'y', version: 2 ** 53 - 1 },
      ],
      bytes: 3,
    },
  ]
  assert.deepEqual(unpackJobs(structuredClone(packJobs(jobs))), jobs)
})

test('results arrive as they were sent', () => {
  const results: readonly BatchResult[] = [
    { outcomes: ['done', 'done'], changed: [] },
    { outcomes: ['done'], changed: ['s'] },
    { outcomes: ['done', { conflict: [{ space: 's', id: 'a' }] }, { error: 'full' }], changed: [] },
    { outcomes: [{ followedFrom: 3 }], changed: [] },
  ]
  for (const result of results) assert.deepEqual(unpackResult(structuredClone(packResult(result))), result)
})
