import assert from 'node:assert/strict'
import { test } from 'node:test'
import { languageFor } from './language.ts'
import { texts } from './texts.ts'

test('the stored choice overrides the browser, and Chinese of any region is Chinese', () => {
  assert.equal(languageFor('en', ['zh-CN']), 'en')
  assert.equal(languageFor('zh', ['en-US']), 'zh')
  assert.equal(languageFor(null, ['zh-TW', 'en']), 'zh')
  assert.equal(languageFor(null, ['zh']), 'zh')
  assert.equal(languageFor(null, ['en-GB', 'zh-CN']), 'en')
  assert.equal(languageFor('fr', []), 'en')
})

test('a text that lacks a language does not compile', () => {
  const t = texts({
    en: { title: 'Files', count: (n: number) => `${n} files` },
    zh: { title: '文件', count: (n) => `${n} 个` },
  })
  assert.equal(t.title, 'Files')
  assert.equal(t.count(3), '3 files')
  // @ts-expect-error: the Chinese title is missing
  texts({ en: { title: 'Files' }, zh: {} })
  // @ts-expect-error: Chinese has a name that English does not have
  texts({ en: { title: 'Files' }, zh: { title: '文件', titel: '' } })
})
