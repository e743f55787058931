/** The section of `docs/troubleshooting.md` and its Chinese version about errors as each SDK shows them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ERROR_COLUMNS, type ErrorColumn, type Sightings, WEB_COLUMNS } from './columns.ts'
import type { Sighting } from './sighting.ts'
import { UNSEEN } from './unseen.ts'

type Language = 'en' | 'zh'

const DOCS = join(import.meta.dirname, '../../docs')

/** The pages with the section, and where they are. */
export const PAGES: readonly { readonly language: Language; readonly file: string }[] = [
  { language: 'en', file: join(DOCS, 'troubleshooting.md') },
  { language: 'zh', file: join(DOCS, 'troubleshooting.zh-CN.md') },
]

/** The tables: of Mini Programs, Node and servers, and of browsers, which not every machine has. */
export type Part = 'programs' | 'browsers'

const COLUMNS: Readonly<Record<Part, readonly ErrorColumn[]>> = { programs: ERROR_COLUMNS, browsers: WEB_COLUMNS }
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

/** The page with a table of these sightings, which are in the order of the columns. */
export function withTable(page: string, language: Language, part: Part, sightings: readonly Sightings[]): string {
  const begin = `<!-- ${part}: made by acceptance/errors/write.ts -->`
  const from = page.indexOf(begin)
  const to = page.indexOf(END, from)
  if (from === -1 || to === -1) throw new Error(`the page has no place for the table: ${begin} ... ${END}`)
  const lines = [
    ...table(language, COLUMNS[part], sightings),
    ...(part === 'programs' ? ['', ...unseen(language)] : []),
  ]
  return `${page.slice(0, from)}${begin}\n\n${lines.join('\n')}\n\n${page.slice(to)}`
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function table(
  language: Language,
  columns: readonly ErrorColumn[],
  sightings: readonly Sightings[],
): readonly string[] {
  const text = TEXTS[language]
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
  const heads = [...text.head, ...columns.map(({ name }) => name)]
  return [row(heads), row(heads.map(() => '---')), ...seen]
}

function unseen(language: Language): readonly string[] {
  const heads = TEXTS[language].unseen
  const rows = UNSEEN.map(({ codes, ...why }) => row([codes.map((code) => `\`${code}\``).join(', '), why[language]]))
  return [row(heads), row(heads.map(() => '---')), ...rows]
}

function cell(sighting: Sighting | undefined, language: Language): string {
  if (sighting === undefined) return ''
  const text = TEXTS[language]
  const { throws, place, inside } = sighting
  const how = throws ? text.throws : text.returns
  return place === undefined ? `${how}, ${text.lost}` : `${how} \`${place}\`${text.inside[inside]}`
}
