/** The Console is small: what is built (npm test builds first) is weighed as it travels, compressed file by file. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

const DIST = 'packages/console/dist'
/** Bytes, gzip: everything that is served, all pages together. */
const ALL = 150_000
/** Bytes, gzip: what index.html asks for, before any page. */
const FIRST = 60_000

const weigh = (file: string) => gzipSync(readFileSync(file), { level: 9 }).length
const html = readFileSync(`${DIST}/index.html`, 'utf8')
const sum = (files: readonly string[]) => files.reduce((total, file) => total + weigh(file), 0)

test('everything together stays within its budget', (t) => {
  const files = globSync(`${DIST}/**/*.*`).sort()
  const total = sum(files)
  t.diagnostic(`the Console: ${total} bytes gzip in ${files.length} files, of ${ALL}`)
  assert.ok(files.length > 10 && total < ALL, `${total} bytes`)
})

test('the first load stays within its budget', (t) => {
  const asked = [...html.matchAll(/(?:src|href)="\/console\/([^"]+)"/g)].map((match) => `${DIST}/${match[1]}`)
  const total = weigh(`${DIST}/index.html`) + sum(asked)
  t.diagnostic(`the first load: ${total} bytes gzip in ${asked.length + 1} files, of ${FIRST}`)
  assert.ok(asked.length > 2 && total < FIRST, `${total} bytes`)
})

test('what may be cached for ever has a hash in its name, and index.html runs nothing of its own', () => {
  const assets = globSync(`${DIST}/assets/*`)
  assert.ok(assets.length > 5)
  for (const asset of assets) assert.match(asset, /-[\w-]{8}\.(?:js|css)$/)
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)|<style|\son\w+=|https?:\/\//)
})
