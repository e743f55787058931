import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatBytes, formatDuration, formatNumber, formatRelative, formatTime } from './format.ts'

test('sizes have three digits and the right unit', () => {
  const sizes = [0, 1, 999, 1_023, 1_024, 1_536, 10_000, 104_857_600, 1_048_575, 5.5e12]
  assert.deepEqual(sizes.map(formatBytes), [
    '0 B',
    '1 B',
    '999 B',
    '1023 B',
    '1 KB',
    '1.5 KB',
    '9.77 KB',
    '100 MB',
    '1 MB',
    '5 TB',
  ])
  assert.equal(formatBytes(-2_048), '-2 KB')
})

test('durations have their two largest units', () => {
  const seconds = [0, 59, 60, 61, 3_600, 3_661, 90_000, 86_400 * 3 + 5]
  assert.deepEqual(
    seconds.map((value) => formatDuration(value, 'en')),
    ['0 s', '59 s', '1 min', '1 min 1 s', '1 h', '1 h 1 min', '1 d 1 h', '3 d'],
  )
  assert.equal(formatDuration(3_661, 'zh'), '1 小时 1 分钟')
})

test('relative times use the words of the language', () => {
  const now = 1_700_000_000_000
  assert.equal(formatRelative(now - 120_000, now, 'en'), '2 minutes ago')
  assert.equal(formatRelative(now - 120_000, now, 'zh'), '2分钟前')
  assert.equal(formatRelative(now + 3 * 86_400_000, now, 'en'), 'in 3 days')
  assert.equal(formatRelative(now, now, 'en'), 'now')
})

test('times and numbers are formatted for the language', () => {
  const at = new Date(2026, 10, 22, 18, 5, 9).getTime()
  assert.equal(formatTime(at, 'en'), '22 Nov 2026, 18:05:09')
  assert.equal(formatTime(at, 'zh'), '2026/11/22 18:05:09')
  assert.equal(formatNumber(1_234_567, 'en'), '1,234,567')
})
