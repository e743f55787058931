/** Checks the tables of the kit's error codes in the troubleshooting pages. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { HINTS } from '../packages/kit/src/hints.ts'

for (const [page, language, yes] of [
  ['docs/troubleshooting.md', 'en', 'yes'],
  ['docs/troubleshooting.zh-CN.md', 'zh', '是'],
] as const) {
  test(`${page} has a row for every code of the kit, with the same texts`, () => {
    const rows = Object.entries(HINTS).map(
      ([code, { retryable, [language]: hint }]) => `| \`${code}\` | ${retryable ? yes : ''} | ${hint} |`,
    )
    assert.ok(rows.length > 30)
    const [, table = ''] = readFileSync(page, 'utf8').split(/^## .*kit.*$/m)
    const found = table.split(/^## /m)[0]?.match(/^\| `[A-Z_]+` \|.*$/gm) ?? []
    assert.deepEqual(found, rows)
  })
}
