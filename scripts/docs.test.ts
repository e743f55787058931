/** Checks the docs against the repository: error codes, links, links to the other language, names of files. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { ERRORS, type ErrorEntry } from '../packages/protocol/src/errors.ts'

const PAGES = globSync(['README*.md', 'docs/*.md']).sort()
const read = (page: string) => readFileSync(page, 'utf8')

/** Removes code, which can look like links and headings. */
const withoutCode = (text: string) => text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '')

/** The anchors of the headings of a page, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const headings = read(page)
    .replace(/^```.*?^```$/gms, '')
    .matchAll(/^#+ (.*)$/gm)
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  )
}

test('the pages are found', () => {
  assert.ok(PAGES.includes('README.md') && PAGES.includes(join('docs', 'architecture.md')), PAGES.join())
})

for (const page of PAGES) {
  test(`${page}: every relative link points to an existing file and heading`, () => {
    const links = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    for (const link of links.filter((link) => !/^[a-z]+:/.test(link))) {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), decodeURIComponent(path))
      assert.ok(existsSync(target), `${link}: there is no ${target}`)
      if (anchor !== undefined) assert.ok(anchorsOf(target).has(decodeURIComponent(anchor)), `${link}: no such heading`)
    }
  })

  const other = page.endsWith('.zh-CN.md') ? page.replace('.zh-CN.md', '.md') : page.replace('.md', '.zh-CN.md')
  if (existsSync(other)) {
    test(`${page} links to the other language at the top`, () => {
      const [, , line = ''] = read(page).split('\n')
      assert.equal(line, `[${other.endsWith('.zh-CN.md') ? '中文' : 'English'}](${basename(other)})`)
    })
  }
}

/** Escapes text for a table cell. A placeholder in angle brackets would disappear as an unknown HTML element. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

for (const [page, meaning, fix] of [
  ['docs/troubleshooting.md', 'en', 'fixEn'],
  ['docs/troubleshooting.zh-CN.md', 'zh', 'fixZh'],
] as const) {
  test(`${page} has a row for every code of the error table, with the same texts`, () => {
    const rows = Object.entries<ErrorEntry>(ERRORS).map(
      ([code, entry]) => `| \`${code}\` | ${entry.status} | ${cell(entry[meaning])} | ${cell(entry[fix])} |`,
    )
    assert.ok(rows.length > 30)
    const found = read(page).match(/^\| `[A-Z_]+` \| \d{3} \|.*$/gm) ?? []
    assert.deepEqual(found, rows)
  })
}

/** All files and folders. Pages name them by the end of their paths, such as `storage/uploads.ts` or `disk/`. */
const SOURCES = globSync(['packages/*/src/**/*', 'scripts/*', 'acceptance/**/*'], {
  exclude: (name) => name.includes('node_modules') || name.endsWith('dist'),
}).map((file) => `/${file.replaceAll('\\', '/').replace('/src/', '/')}`)

for (const page of PAGES.filter((page) => basename(page).startsWith('architecture'))) {
  test(`${page} names only files that exist`, () => {
    const named = [...read(page).matchAll(/`([a-z0-9/-]+(?:\.ts|\/))`/g)].map(([, name = '']) => name)
    assert.ok(named.length > 40)
    // `/u/` and `/o/` are URL paths.
    const files = named.filter((name) => !name.startsWith('/'))
    const missing = files.filter((name) => !SOURCES.some((file) => `${file}/`.endsWith(`/${name.replace(/\/$/, '')}/`)))
    assert.deepEqual(missing, [])
  })
}
