import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentDisposition } from './disposition.ts'

/** The name that a browser takes. */
function nameIn(header: string): string {
  return decodeURIComponent(/filename\*=UTF-8''(.*)$/.exec(header)?.[1] ?? '')
}

test('a long name keeps its ending, and no half of a character', () => {
  assert.equal(nameIn(contentDisposition('attachment', `${'a'.repeat(300)}.pdf`)), `${'a'.repeat(196)}.pdf`)
  assert.equal(nameIn(contentDisposition('inline', `${'夏'.repeat(199)}天.jpg`)), `${'夏'.repeat(196)}.jpg`)
  assert.equal(nameIn(contentDisposition('inline', `a${'😀'.repeat(300)}.png`)), `a${'😀'.repeat(195)}.png`)
  assert.equal(nameIn(contentDisposition('attachment', `${'a'.repeat(300)}.tar.gz`)), `${'a'.repeat(193)}.tar.gz`)
})

test('the name for old clients has the same ending', () => {
  const header = contentDisposition('attachment', `${'a'.repeat(300)}.pdf`)
  assert.equal(/filename="([^"]*)"/.exec(header)?.[1], `${'a'.repeat(196)}.pdf`)
})

test('no name at all', () => {
  assert.equal(contentDisposition('inline', ''), `inline; filename="file"; filename*=UTF-8''file`)
})
