/** The section of `docs/troubleshooting.md` and its Chinese version about errors as each SDK shows them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERROR_COLUMNS, type Sightings } from './columns.ts'
import type { Sighting } from './sighting.ts'
import { UNSEEN } from './unseen.ts'

type Language = 'en' | 'zh'

const DOCS = join(import.meta.dirname, '../../docs')

/** The pages with the section, and where they are. */
export const PAGES: readonly { readonly language: Language; readonly file: string }[] = [
  { language: 'en', file: join(DOCS, 'troubleshooting.md') },
  { language: 'zh', file: join(DOCS, 'troubleshooting.zh-CN.md') },
]

const BEGIN = '<!-- made by acceptance/errors/write.ts -->'
const END = '<!-- end -->'

const TEXTS = {
  en: {
    head: ['code', 'call'],
    throws: 'throws',
    returns: 'returns',
    lost: '**lost**',
    inside: { nothing: '', text: ' (text)', JSON: ' (JSON)', XML: ' (XML)' },
    unseen: ['code', 'why no call of an SDK shows it'],
  },
  zh: {
    head: ['错误码', '调用'],
    throws: '抛出',
    returns: '返回',
    lost: '**丢失**',
    inside: { nothing: '', text: '（文字）', JSON: '（JSON）', XML: '（XML）' },
    unseen: ['错误码', '为什么没有 SDK 调用会遇到'],
  },
} as const

/** The codes that apps can meet, from the table of all codes on the page. */
export function codesOfApps(): readonly string[] {
  const page = readFileSync(PAGES[0]?.file ?? '', 'utf8')
  const codes = [...page.matchAll(/^\| `([A-Z_]+)` \| \d{3} \|/gm)].map(([, code = '']) => code)
  return codes.filter((code) => !code.startsWith('CONSOLE_'))
}

/** The function of the docs that finds the code of a thrown error, as a JavaScript expression. It is the same on all pages. */
export function codeOfDocs(): string {
  const found = PAGES.map(({ file }) => /^const codeOf = (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1])
  const [source] = found
  if (source === undefined || found.some((other) => other !== source)) throw new Error('the pages differ in codeOf')
  return source
}

/** The page with the section of these sightings, which are in the order of the columns. */
export function withSection(page: string, language: Language, sightings: readonly Sightings[]): string {
  const [before, rest] = page.split(BEGIN)
  const [, after] = rest?.split(END) ?? []
  if (before === undefined || after === undefined) throw new Error(`the page has no section: ${BEGIN} ... ${END}`)
  return `${before}${BEGIN}\n\n${renderSection(language, sightings)}\n\n${END}${after}`
}

function renderSection(language: Language, sightings: readonly Sightings[]): string {
  const text = TEXTS[language]
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const names = [...new Set(sightings.flatMap((seen) => Object.keys(seen)))]
  const seen = codesOfApps().flatMap((code) => {
    const calls = Map.groupBy(
      names.filter((name) => name.startsWith(`${code} `)),
      (name) => row(sightings.map((of) => cell(of[name], language))),
    )
    return [...calls].map(
      ([cells, of]) => `| \`${code}\` | ${of.map((name) => `\`${name.slice(code.length + 1)}\``).join(', ')} ${cells}`,
    )
  })
  const heads = [...text.head, ...ERROR_COLUMNS.map(({ name }) => name)]
  return [
    row(heads),
    row(heads.map(() => '---')),
    ...seen,
    '',
    row(text.unseen),
    row(text.unseen.map(() => '---')),
    ...UNSEEN.map(({ codes, ...why }) => row([codes.map((code) => `\`${code}\``).join(', '), why[language]])),
  ].join('\n')
}

function cell(sighting: Sighting | undefined, language: Language): string {
  if (sighting === undefined) return ''
  const text = TEXTS[language]
  const { throws, place, inside } = sighting
  const how = throws ? text.throws : text.returns
  return place === undefined ? `${how}, ${text.lost}` : `${how} \`${place}\`${text.inside[inside]}`
}
