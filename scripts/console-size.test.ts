/** Limits the size of the built Console (`npm test` builds it first), with each file gzipped. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

const DIST = 'packages/console/dist'
/** Bytes, gzip: all files of the Console. */
const ALL = 150_000
/** Bytes, gzip: index.html and the files that it loads, before any page. */
const FIRST = 60_000

const weigh = (file: string) => gzipSync(readFileSync(file), { level: 9 }).length
const html = readFileSync(`${DIST}/index.html`, 'utf8')
const sum = (files: readonly string[]) => files.reduce((total, file) => total + weigh(file), 0)

test('all files together stay within the limit', (t) => {
  const files = globSync(`${DIST}/**/*.*`).sort()
  const total = sum(files)
  t.diagnostic(`the Console: ${total} bytes gzip in ${files.length} files, of ${ALL}`)
  assert.ok(files.length > 8 && total < ALL, `${total} bytes`)
})

test('the first load stays within the limit', (t) => {
  const asked = [...html.matchAll(/(?:src|href)="\/console\/([^"]+)"/g)].map((match) => `${DIST}/${match[1]}`)
  const total = weigh(`${DIST}/index.html`) + sum(asked)
  t.diagnostic(`the first load: ${total} bytes gzip in ${asked.length + 1} files, of ${FIRST}`)
  assert.ok(asked.length > 2 && total < FIRST, `${total} bytes`)
})

test('files that are cached forever have a hash in their names, and index.html has no inline code', () => {
  const assets = globSync(`${DIST}/assets/*`)
  assert.ok(assets.length > 5)
  for (const asset of assets) assert.match(asset, /-[\w-]{8}\.(?:js|css)$/)
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)|<style|\son\w+=|https?:\/\//)
})
