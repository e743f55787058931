/** docs/configuration.md is correct: each key has its default, and the examples are valid. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseConfig } from './index.ts'
import { defaultOf, FIXED_KEYS, keysOfCollection } from './keys.ts'

const DOCS = join(import.meta.dirname, '../../../../docs')

for (const [page, none] of [
  ['configuration.md', 'none'],
  ['configuration.zh-CN.md', '无'],
] as const) {
  const text = readFileSync(join(DOCS, page), 'utf8')

  test(`${page} has a row for each key, with its default`, () => {
    for (const key of [...FIXED_KEYS, ...keysOfCollection('NAME')]) {
      const value = defaultOf(key)
      const shown = value === undefined ? none : `\`${JSON.stringify(value)}\``
      assert.ok(text.includes(`| \`${key}\` | ${shown} |`), `${key}: ${shown}`)
    }
  })

  test(`${page}: the examples can be used`, () => {
    const examples = [...text.matchAll(/^```json\n(.*?)^```/gms)].map(([, example = '']) => example)
    assert.ok(examples.length > 0)
    for (const example of examples) parseConfig(example, { mode: 'start' })
  })
}
